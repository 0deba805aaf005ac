// sfmc-sdk over whole lives of short tokens: one request for many cold callers, and never a 401.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import SDK from 'sfmc-sdk';
import { real, settings } from './harness.mjs';

let house;
before(async () => {
    house = await real({ expiresIn: 20, validity: 24 });
});
after(() => house?.stop());

const sdk = () => new SDK(settings(house.broker, house.consumer), { requestAttempts: 1 });
const requests = async () => (await house.control('GET', '/_sim/ledger')).requests;

test('twenty cold calls at once are one token request upstream', async () => {
    const sessions = await Promise.all(Array.from({ length: 20 }, () => sdk().auth.getAccessToken()));
    assert.equal(new Set(sessions.map((session) => session.access_token)).size, 1);
    const mints = (await requests()).filter((request) => request.route === '/v2/token');
    assert.equal(mints.length, 1);
});

test('three lives of twenty seconds pass without a 401', async () => {
    const client = sdk();
    const tokens = new Set();
    const end = Date.now() + 62_000;
    while (Date.now() < end) {
        await client.rest.get('/platform/v1/tokenContext');
        tokens.add((await client.auth.getAccessToken()).access_token);
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.ok(tokens.size >= 3, `${tokens.size} tokens`);
    const refused = (await requests()).filter((request) => request.status === 401);
    assert.deepEqual(refused, []);
});
