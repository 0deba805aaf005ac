// The npm packages fuel-rest and fuel-soap, unmodified, with the real token and through the gateway.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import FuelRest from 'fuel-rest';
import FuelSoap from 'fuel-soap';
import { demo } from './harness.mjs';

for (const mode of ['direct', 'gateway']) {
    suite(`fuel, ${mode}`, () => {
        let house;
        let consumer;
        before(async () => {
            house = await demo();
            consumer = house.consumers[mode];
        });
        after(() => house?.stop());

        const auth = (changes) => ({
            clientId: consumer.client_id,
            clientSecret: consumer.client_secret,
            authUrl: `${house.broker}/v2/token`,
            authOptions: { authVersion: 2, accountId: consumer.account_id },
            ...changes,
        });
        const rest = (changes) => new FuelRest({ auth: auth(changes) });
        const soap = (changes) => new FuelSoap({ auth: auth(changes) });
        const table = () => `/data/v1/customobjectdata/key/${consumer.data_extension_key}/rowset`;

        /** Calls a method that takes a callback. */
        const ask = (client, method, ...args) =>
            new Promise((resolve, reject) => {
                client[method](...args, (error, answer) => (error ? reject(error) : resolve(answer)));
            });
        const revoke = async () => {
            // A token is renewed on such a report once a minute at most.
            await house.control('POST', '/_sim/clock', { advance: '2m' });
            await house.control('POST', '/_sim/faults', { kind: 'token_revoked', credential: consumer.integration });
        };

        test('a table is read and written over REST', async () => {
            const page = await rest().get({ uri: `${table()}?$page=1` });
            assert.equal(page.res.statusCode, 200);
            assert.equal(page.body.customObjectKey.toLowerCase(), consumer.data_extension_key.toLowerCase());
            const uri = `/hub/v1/dataevents/key:${consumer.data_extension_key}/rowset`;
            const row = { keys: { id: `fuel-${mode}` }, values: { name: 'Ada' } };
            const written = await rest().post({ uri, json: [row], headers: { 'content-type': 'application/json' } });
            assert.equal(written.res.statusCode, 200);
        });

        test('objects are retrieved over SOAP', async () => {
            const { res, body } = await ask(soap(), 'retrieve', 'DataExtension', ['Name', 'CustomerKey'], {});
            assert.equal(res.statusCode, 200);
            assert.equal(body.OverallStatus, 'OK');
        });

        test('a dead token is no end of REST', async () => {
            const held = rest();
            await held.get({ uri: table() });
            await revoke();
            const page = await held.get({ uri: table() });
            // In direct mode the client asks anew and gets the token that nobody reported yet.
            assert.equal(page.res.statusCode, mode === 'gateway' ? 200 : 401);
            if (mode === 'direct') await house.command('renew', consumer.integration);
        });

        test('a dead token is no end of SOAP through the gateway', async () => {
            const held = soap();
            const names = ['Name'];
            await ask(held, 'retrieve', 'DataExtension', names, {});
            await revoke();
            if (mode === 'gateway') {
                const { body } = await ask(held, 'retrieve', 'DataExtension', names, {});
                assert.equal(body.OverallStatus, 'OK');
            } else {
                await assert.rejects(ask(held, 'retrieve', 'DataExtension', names, {}));
                await house.command('renew', consumer.integration);
            }
        });

        test('a wrong key gets nothing', async () => {
            await assert.rejects(rest({ clientSecret: 'wrong' }).get({ uri: table() }));
            await assert.rejects(ask(soap({ clientSecret: 'wrong' }), 'retrieve', 'DataExtension', ['Name'], {}));
        });

        test('throttling reaches the caller as what it is', async () => {
            const fault = await house.control('POST', '/_sim/faults', { kind: 'rate_limited', credential: consumer.integration });
            const page = await rest().get({ uri: table() });
            await house.control('DELETE', `/_sim/faults/${fault.id}`);
            assert.equal(page.res.statusCode, 429);
            assert.equal(page.body.errorcode, 50100);
        });
    });
}
