// sfmc-sdk over whole lives of short tokens: one request for many cold callers, and never a 401.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import SDK from 'sfmc-sdk';
import { real, settings } from './harness.mjs';

/** The suite for consumers that are handed one or the other. */
export function lifetimes(vend) {
    suite(`short lives, ${vend}`, { concurrency: false }, () => {
        let house;
        before(async () => {
            house = await real({ expiresIn: 20, validity: 24, vend });
        });
        after(() => house?.stop());

        const sdk = () => new SDK(settings(house.broker, house.consumer), { requestAttempts: 1 });
        const requests = async () => (await house.control('GET', '/_sim/ledger')).requests;
        const minted = async () => (await requests()).filter((request) => request.route === '/v2/token').length;

        test('twenty cold calls at once are one token request upstream', async () => {
            const cold = Array.from({ length: 20 }, () => sdk().rest.get('/platform/v1/tokenContext'));
            await Promise.all(cold);
            assert.equal(await minted(), 1);
        });

        test('three lives of twenty seconds pass without a 401', async () => {
            const client = sdk();
            const end = Date.now() + 62_000;
            while (Date.now() < end) {
                await client.rest.get('/platform/v1/tokenContext');
                await new Promise((resolve) => setTimeout(resolve, 200));
            }
            assert.ok((await minted()) >= 4, `${await minted()} tokens`);
            const refused = (await requests()).filter((request) => request.status === 401);
            assert.deepEqual(refused, []);
        });
    });
}
