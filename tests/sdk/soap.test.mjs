// sfmc-sdk's SOAP half, unmodified, against the simulated tenant.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import SDK from 'sfmc-sdk';
import { settings, simulator } from './harness.mjs';

let house;
before(async () => {
    house = await simulator();
});
after(() => house?.stop());

const sdk = (attempts = 1) =>
    new SDK(settings(house.url, house.consumer), { requestAttempts: attempts });
const where = (leftOperand, operator, rightOperand) => ({ leftOperand, operator, rightOperand });

test('a data extension is retrieved by its key', async () => {
    const answer = await sdk().soap.retrieve('DataExtension', ['Name', 'CustomerKey', 'Client.ID'], {
        filter: where('CustomerKey', 'equals', 'orders'),
    });
    assert.equal(answer.OverallStatus, 'OK');
    assert.equal(answer.Results.length, 1);
    const { Name, CustomerKey, Client } = answer.Results[0];
    assert.deepEqual({ Name, CustomerKey, Client }, { Name: 'Orders', CustomerKey: 'orders', Client: { ID: 7 } });
});

test('all rows are read, page by page', async () => {
    const pages = [];
    const client = new SDK(settings(house.url, house.consumer), {
        requestAttempts: 1,
        eventHandlers: { onLoop: (type) => pages.push(type) },
    });
    const answer = await client.soap.retrieveBulk('DataExtensionObject[orders]', ['id', 'name']);
    assert.equal(answer.Results.length, 6000);
    assert.equal(pages.length, 2, 'two more pages after the first');
    const ids = new Set(answer.Results.map((row) => row.Properties.Property[0].Value));
    assert.equal(ids.size, 6000, 'no row twice');
});

test('a filter of two parts', async () => {
    const filter = where(where('ActiveFlag', 'equals', 'true'), 'AND', where('Name', 'like', ' app user'));
    const answer = await sdk().soap.retrieve('AccountUser', ['Name', 'ActiveFlag', 'IsAPIUser'], {
        filter,
        QueryAllAccounts: true,
    });
    assert.deepEqual(answer.Results.map((user) => user.Name), ['INT-1 app user']);
});

test('what Describe lists as retrievable can be retrieved', async () => {
    for (const type of ['TriggeredSendDefinition', 'Subscriber', 'BusinessUnit', 'SentEvent', 'Automation']) {
        const { ObjectDefinition } = await sdk().soap.describe(type);
        assert.equal(ObjectDefinition.ObjectType, type);
        const names = ObjectDefinition.Properties.filter((one) => one.IsRetrievable).map((one) => one.Name);
        assert.ok(names.length > 5, type);
        const answer = await sdk().soap.retrieve(type, names);
        assert.ok(['OK', 'MoreDataAvailable'].includes(answer.OverallStatus), type);
    }
});

test('a table is made, filled, changed, read over REST too, and deleted', async () => {
    const { soap, rest } = sdk();
    const Field = [
        { Name: 'sku', FieldType: 'Text', MaxLength: 20, IsPrimaryKey: true, IsRequired: true },
        { Name: 'price', FieldType: 'Decimal' },
    ];
    const made = await soap.create('DataExtension', { CustomerKey: 'prices', Name: 'Prices', Fields: { Field } });
    assert.equal(made.Results[0].StatusCode, 'OK');
    assert.match(made.Results[0].NewObjectID, /^[0-9a-f-]{36}$/);
    const row = (price) => ({
        CustomerKey: 'prices',
        Properties: { Property: [{ Name: 'sku', Value: 'A' }, { Name: 'price', Value: price }] },
    });
    await soap.create('DataExtensionObject', row('1'));
    await assert.rejects(soap.create('DataExtensionObject', row('2')), (error) => {
        assert.equal(error.json.Results[0].StatusCode, 'Error');
        return true;
    });
    await soap.update('DataExtensionObject', row('3'));
    const upsert = { options: { SaveOptions: { SaveOption: { PropertyName: '*', SaveAction: 'UpdateAdd' } } } };
    await soap.update('DataExtensionObject', row('4'), upsert);
    const rows = await soap.retrieve('DataExtensionObject[prices]', ['sku', 'price']);
    assert.deepEqual(rows.Results[0].Properties.Property, [
        { Name: 'sku', Value: 'A' },
        { Name: 'price', Value: 4 },
    ]);
    const page = await rest.get('/data/v1/customobjectdata/key/prices/rowset?$page=1&$pageSize=1');
    assert.deepEqual(page.items, [{ keys: { sku: 'A' }, values: { price: '4' } }]);
    const fields = await soap.retrieve('DataExtensionField', ['Name', 'IsPrimaryKey'], {
        filter: where('DataExtension.CustomerKey', 'equals', 'prices'),
    });
    assert.deepEqual(fields.Results.map((field) => field.Name), ['sku', 'price']);
    await soap.delete('DataExtension', { CustomerKey: 'prices' });
    await assert.rejects(soap.retrieve('DataExtensionObject[prices]', ['sku']));
});

test('a message that is sent is an event', async () => {
    const { soap } = sdk();
    await soap.create('TriggeredSend', {
        TriggeredSendDefinition: { CustomerKey: 'order-mail' },
        Subscribers: [{ SubscriberKey: 'one-of-ours', EmailAddress: 'one@example.com' }],
    });
    const events = await soap.retrieve('SentEvent', ['SubscriberKey', 'EventType', 'SendID'], {
        filter: where('SubscriberKey', 'equals', 'one-of-ours'),
    });
    assert.deepEqual(events.Results.map((event) => event.EventType), ['Sent']);
});

test('an automation is started', async () => {
    const { soap } = sdk();
    const { Results } = await soap.retrieve('Automation', ['ObjectID', 'Status', 'CustomerKey']);
    assert.equal(Results[0].Status, 6);
    const done = await soap.perform('Automation', 'start', { ObjectID: Results[0].ObjectID });
    assert.equal(done.OverallStatus, 'OK');
    assert.equal(done.Results[0].Result.StatusCode, 'OK');
});

test('errors are told as the client expects them', async () => {
    const { soap } = sdk();
    const words = async (call) => {
        let told;
        await assert.rejects(call, (error) => {
            told = error.message;
            return true;
        });
        return told;
    };
    assert.match(await words(soap.retrieve('Nothing', ['ID'])), /Unable to find a handler/);
    assert.match(await words(soap.retrieve('DataExtension', ['Odd'])), /Request Property\(s\) Odd do not match/);
    const foreign = new SDK(settings(house.url, { ...house.consumer, account_id: 8 }), { requestAttempts: 1 });
    assert.match(await words(foreign.soap.retrieve('DataExtensionObject[orders-8]', ['id'])), /no data extension/);
});

test('a token that ran out is replaced once, and the call goes on', async () => {
    await house.control('POST', '/_sim/switches', { soap_revoked_is_expired: 1 });
    const client = sdk(2);
    await client.soap.retrieve('List', ['ID']);
    await house.control('POST', '/_sim/faults', { kind: 'token_revoked', credential: 'INT-1' });
    const answer = await client.soap.retrieve('List', ['ID', 'ListName']);
    assert.equal(answer.Results[0].ListName, 'All Subscribers');
    const { requests } = await house.control('GET', '/_sim/ledger');
    const dead = requests.filter((request) => request.token === 'revoked');
    assert.deepEqual(dead.map((request) => [request.route, request.status]), [['/Service.asmx#Retrieve', 500]]);
    await house.control('POST', '/_sim/switches', { soap_revoked_is_expired: 0 });
});

test('an outage is a fault', async () => {
    const fault = await house.control('POST', '/_sim/faults', { kind: 'platform_outage', tenant: 'all' });
    const client = sdk();
    await house.control('DELETE', `/_sim/faults/${fault.id}`);
    await client.soap.retrieve('List', ['ID']);
    const again = await house.control('POST', '/_sim/faults', { kind: 'platform_outage', tenant: 'all' });
    await assert.rejects(client.soap.retrieve('List', ['ID']), /Unplanned Outage/);
    await house.control('DELETE', `/_sim/faults/${again.id}`);
});
