// The npm package sfmc-fuelsdk-node, unmodified, with the real token and through the gateway.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import ET_Client from 'sfmc-fuelsdk-node';
import { demo } from './harness.mjs';

for (const mode of ['direct', 'gateway']) {
    suite(`fuelsdk-node, ${mode}`, () => {
        let house;
        let consumer;
        before(async () => {
            house = await demo();
            consumer = house.consumers[mode];
        });
        after(() => house?.stop());

        const client = (key = consumer.client_secret) =>
            new ET_Client(consumer.client_id, key, undefined, {
                authOrigin: house.broker,
                authOptions: { authVersion: 2, accountId: consumer.account_id },
            });
        /** Calls a method that takes a callback. */
        const ask = (object, method) =>
            new Promise((resolve, reject) => {
                object[method]((error, answer) => (error ? reject(error) : resolve(answer)));
            });
        const tables = (own) => ask(own.dataExtension({ props: ['Name', 'CustomerKey'] }), 'get');
        const key = () => ({
            leftOperand: 'DataExtension.CustomerKey',
            operator: 'equals',
            rightOperand: consumer.data_extension_key,
        });

        test('objects are retrieved over SOAP', async () => {
            const { res, body } = await tables(client());
            assert.equal(res.statusCode, 200);
            assert.ok(body.Results.some((one) => one.CustomerKey === consumer.data_extension_key));
            const columns = await ask(client().dataExtensionColumn({ props: ['Name'], filter: key() }), 'get');
            assert.ok(columns.body.Results.length > 0);
        });

        test('rows are read and written', async () => {
            const Name = consumer.data_extension_key;
            const row = { CustomerKey: Name, props: { id: `fuelsdk-${mode}`, name: 'Ada' } };
            const { body } = await ask(client().dataExtensionRow(row), 'post');
            assert.equal(body.OverallStatus, 'OK');
            const filter = { leftOperand: 'id', operator: 'equals', rightOperand: `fuelsdk-${mode}` };
            const found = await ask(client().dataExtensionRow({ Name, props: ['id', 'name'], filter }), 'get');
            assert.equal(found.body.Results.length, 1);
        });

        test('campaigns are listed over REST', async () => {
            const { res, body } = await ask(client().campaign({}), 'get');
            assert.equal(res.statusCode, 200);
            const { count, items } = typeof body === 'string' ? JSON.parse(body) : body;
            assert.ok(Array.isArray(items) && count >= items.length);
        });

        test('a wrong key gets nothing', async () => {
            await assert.rejects(tables(client('CANARY-wrong')));
            await assert.rejects(ask(client('CANARY-wrong').campaign({}), 'get'));
        });

        test('a dead token is no end of it through the gateway', async () => {
            const own = client();
            await tables(own);
            // A token is renewed on such a report once a minute at most.
            await house.control('POST', '/_sim/clock', { advance: '2m' });
            await house.control('POST', '/_sim/faults', { kind: 'token_revoked', credential: consumer.integration });
            if (mode === 'gateway') {
                assert.equal((await tables(own)).body.OverallStatus, 'OK');
                return;
            }
            await assert.rejects(tables(own));
            await house.command('renew', consumer.integration);
            assert.equal((await tables(client())).body.OverallStatus, 'OK');
        });
    });
}
