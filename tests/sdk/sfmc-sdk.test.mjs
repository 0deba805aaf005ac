// The npm package sfmc-sdk, unmodified, with the real token and through the gateway: broker in front,
// simulated tenant behind.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import SDK from 'sfmc-sdk';
import { demo, settings } from './harness.mjs';

for (const mode of ['direct', 'gateway']) {
    suite(`sfmc-sdk, ${mode}`, () => {
        let house;
        let consumer;
        before(async () => {
            house = await demo();
            consumer = house.consumers[mode];
        });
        after(() => house?.stop());

        const sdk = (changes) => new SDK(settings(house.broker, consumer, changes), { requestAttempts: 1 });
        const credentials = () => {
            const { client_id, client_secret, account_id } = consumer;
            return { client_id, client_secret, account_id };
        };
        const table = () => `/data/v1/customobjectdata/key/${consumer.data_extension_key}/rowset`;

        test('a token is handed out in the shape the client reads', async () => {
            const session = await sdk().auth.getAccessToken();
            assert.equal(session.token_type, 'Bearer');
            assert.ok(session.access_token.length > 20);
            assert.ok(session.expires_in > 0 && session.expires_in <= 1199, `${session.expires_in}`);
            assert.ok(session.rest_instance_url.endsWith('/'));
            assert.ok(session.soap_instance_url.endsWith('/'));
            assert.ok(session.scope.split(' ').includes('data_extensions_read'));
        });

        test('a table is read through it', async () => {
            const page = await sdk().rest.get(`${table()}?$page=1&$pageSize=1`);
            assert.equal(page.customObjectKey, consumer.data_extension_key);
            assert.ok(Number.isInteger(page.count));
        });

        test('the MID may be a number or text; a foreign one is refused', async () => {
            const asText = await sdk({ account_id: String(consumer.account_id) }).auth.getAccessToken();
            assert.ok(asText.access_token);
            await assert.rejects(sdk({ account_id: 519000199 }).auth.getAccessToken(), (error) => {
                assert.equal(error.response?.status ?? error.cause?.response?.status, 403);
                return true;
            });
        });

        test('a subset of scopes is fine; a scope outside is invalid_scope', async () => {
            assert.ok((await sdk({ scope: ['data_extensions_read'] }).auth.getAccessToken()).access_token);
            await assert.rejects(sdk({ scope: ['users_write'] }).auth.getAccessToken(), (error) => {
                assert.equal(error.response?.status ?? error.cause?.response?.status, 400);
                return true;
            });
        });

        test('a wrong key is refused and the right one goes on working', async () => {
            for (let n = 0; n < 20; n++) {
                await assert.rejects(sdk({ client_secret: `wrong-${n}` }).auth.getAccessToken());
            }
            assert.ok((await sdk().auth.getAccessToken()).access_token);
        });

        test('a token killed early is replaced', async () => {
            const held = sdk();
            await held.rest.get(table());
            await house.control('POST', '/_sim/faults', { kind: 'token_revoked', credential: consumer.integration });
            if (mode === 'gateway') {
                // The caller notices nothing: the gateway renews in the middle of its call.
                const page = await held.rest.get(table());
                assert.equal(page.customObjectKey, consumer.data_extension_key);
                return;
            }
            await assert.rejects(held.rest.get(table()));
            const again = await fetch(`${house.broker}/v2/token`, {
                method: 'POST',
                headers: { 'content-type': 'application/json' },
                body: JSON.stringify({ grant_type: 'client_credentials', ...credentials() }),
            });
            const generation = Number(again.headers.get('x-countersign-generation'));
            const slot = again.headers.get('x-countersign-slot');
            const report = await fetch(`${house.broker}/api/v1/slots/${slot}/reject`, {
                method: 'POST',
                headers: { authorization: `Basic ${btoa(`${consumer.client_id}:${consumer.client_secret}`)}` },
                body: JSON.stringify({ generation }),
            });
            assert.equal(report.status, 200);
            assert.equal((await report.json()).verdict, 'renewed');
            assert.equal((await sdk().rest.get(table())).customObjectKey, consumer.data_extension_key);
        });

        test('a row is written', async () => {
            const path = `/hub/v1/dataevents/key:${consumer.data_extension_key}/rowset`;
            const row = { keys: { id: `sdk-${mode}` }, values: { name: 'Ada' } };
            const written = await sdk().rest.post(path, [row]);
            assert.deepEqual(written, [row]);
        });

        test('objects are retrieved and described over SOAP', async () => {
            const found = await sdk().soap.retrieve('DataExtension', ['Name', 'CustomerKey']);
            assert.equal(found.OverallStatus, 'OK');
            assert.ok(found.Results.some((one) => one.CustomerKey === consumer.data_extension_key));
            const described = await sdk().soap.describe('DataExtension');
            assert.ok(JSON.stringify(described).includes('CustomerKey'));
        });

        test('a dead token is no end of SOAP', async () => {
            // A token is renewed on such a report once a minute at most.
            await house.control('POST', '/_sim/clock', { advance: '2m' });
            const held = sdk();
            await held.soap.retrieve('DataExtension', ['Name']);
            await house.control('POST', '/_sim/faults', { kind: 'token_revoked', credential: consumer.integration });
            if (mode === 'direct') {
                await assert.rejects(held.soap.retrieve('DataExtension', ['Name']));
                await house.command('renew', consumer.integration);
                return;
            }
            assert.equal((await held.soap.retrieve('DataExtension', ['Name'])).OverallStatus, 'OK');
        });

        test('throttling upstream never reaches a caller whose token lives', async () => {
            const fault = await house.control('POST', '/_sim/faults', { kind: 'rate_limited', credential: consumer.integration });
            // A person's renewal goes over the back-off once in 30 s of the clock.
            await house.control('POST', '/_sim/clock', { advance: '31s' });
            await house.command('renew', consumer.integration);
            const { requests } = await house.control('GET', '/_sim/ledger');
            const throttled = requests.filter(
                (one) => one.credential === consumer.integration && one.route === '/v2/token' && one.status === 429
            );
            assert.notEqual(throttled.length, 0, 'the token request was throttled');
            assert.ok((await sdk().auth.getAccessToken()).access_token);
            await house.control('DELETE', `/_sim/faults/${fault.id}`);
        });

        test('a secret that ends is refused upstream, and the live token is served to its end', async () => {
            await house.control('POST', '/_sim/faults', { kind: 'secret_expired', credential: consumer.integration });
            await house.control('POST', '/_sim/clock', { advance: '2m' });
            const renewed = await house.command('renew', consumer.integration, '--json');
            assert.notEqual(renewed.code, 0, renewed.stdout);
            const { requests } = await house.control('GET', '/_sim/ledger');
            const refused = requests.filter(
                (one) => one.credential === consumer.integration && one.route === '/v2/token' && one.status === 401
            );
            assert.notEqual(refused.length, 0, 'the token request was refused');
            assert.ok((await sdk().auth.getAccessToken()).access_token);
        });
    });
}
