// The npm package fuel-soap, unmodified, against the simulated tenant.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import FuelSoap from 'fuel-soap';
import { simulator } from './harness.mjs';

let house;
before(async () => {
    house = await simulator();
});
after(() => house?.stop());

function client() {
    const { client_id, client_secret, account_id } = house.consumer;
    return new FuelSoap({
        auth: {
            clientId: client_id,
            clientSecret: client_secret,
            authUrl: `${house.url}/v2/token`,
            authOptions: { authVersion: 2, accountId: account_id },
        },
    });
}

/** Calls a method that takes a callback. */
const ask = (method, ...args) =>
    new Promise((resolve, reject) => {
        client()[method](...args, (error, answer) => (error ? reject(error) : resolve(answer)));
    });

test('subscribers are retrieved with its usual properties and a filter', async () => {
    const filter = { leftOperand: 'SubscriberKey', operator: 'equals', rightOperand: 'subscriber-7' };
    const { res, body } = await ask('retrieve', 'Subscriber', ['SubscriberKey', 'Status'], { filter });
    assert.equal(res.statusCode, 200);
    assert.equal(body.Results.length, 1);
    assert.equal(body.Results[0].Status, 'Active');
    const usual = await ask('retrieve', 'List', ['Client', 'ID', 'ObjectID'], { filter: null });
    assert.equal(usual.body.Results[0].Client.ID, '7');
});

test('reads go on where they stopped', async () => {
    const first = await ask('retrieve', 'DataExtensionObject[orders]', ['id'], {});
    assert.equal(first.body.OverallStatus, 'MoreDataAvailable');
    const rest = { continueRequest: first.body.RequestID };
    const second = await ask('retrieve', 'DataExtensionObject[orders]', ['id'], rest);
    const id = (page) => page.body.Results[0].Properties.Property.Value;
    assert.deepEqual([id(first), id(second)], ['1', '2501']);
});

test('a subscriber is made, changed and deleted', async () => {
    const key = { SubscriberKey: 'fuel', EmailAddress: 'fuel@example.com' };
    const made = await ask('create', 'Subscriber', { ...key });
    assert.equal(made.body.OverallStatus, 'OK');
    await assert.rejects(ask('create', 'Subscriber', { ...key }), (error) => {
        assert.equal(error.results[0].ErrorCode, '1');
        return true;
    });
    await ask('update', 'Subscriber', { SubscriberKey: 'fuel', Status: 'Unsubscribed' });
    const filter = { leftOperand: 'SubscriberKey', operator: 'equals', rightOperand: 'fuel' };
    const { body } = await ask('retrieve', 'Subscriber', ['Status'], { filter });
    assert.equal(body.Results[0].Status, 'Unsubscribed');
    await ask('delete', 'Subscriber', { SubscriberKey: 'fuel' });
    const gone = await ask('retrieve', 'Subscriber', ['Status'], { filter });
    assert.deepEqual(gone.body.Results, []);
});

test('an object is described, and an event is executed', async () => {
    const { body } = await ask('describe', 'DataExtension');
    const named = body.ObjectDefinition.Properties.find((one) => one.Name === 'Name');
    assert.deepEqual([named.DataType, named.IsRequired, named.MaxLength], ['String', 'true', '200']);
    const done = await ask('execute', 'LogUnsubEvent', [{ Name: 'SubscriberKey', Value: 'subscriber-1' }]);
    assert.equal(done.body.Results[0].StatusCode, 'OK');
});

test('a wrong field is an error with its words', async () => {
    await assert.rejects(ask('retrieve', 'List', ['Odd'], {}), /The Request Property\(s\) Odd do not match/);
});

test('a fault of the service is an error with its words', async () => {
    const order = { kind: 'rate_limited', credential: 'INT-1' };
    const soap = client();
    await soap.AuthClient.getAccessToken();
    const fault = await house.control('POST', '/_sim/faults', order);
    const call = new Promise((resolve, reject) => {
        soap.retrieve('List', ['ID'], {}, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    await assert.rejects(call, (error) => {
        assert.equal(error.faultstring, 'Rate Limited');
        assert.equal(error.detail.apifault.Code, '17');
        return true;
    });
    await house.control('DELETE', `/_sim/faults/${fault.id}`);
});
