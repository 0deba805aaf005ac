// The npm packages fuel-rest, fuel-auth and sfmc-sdk, unmodified, against the simulator's REST routes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import FuelAuth from 'fuel-auth';
import FuelRest from 'fuel-rest';
import SDK from 'sfmc-sdk';
import { settings, tenant } from './harness.mjs';

const RETURN = 'http://127.0.0.1:9/return';

let sim;
let server;
before(async () => {
    sim = await tenant();
    // It may look at everything there is.
    server = await sim.client('INT-007');
    await sim.control('POST', '/_sim/switches', { propagation: 0 });
});
after(() => sim?.stop());

const fuel = (client, authOptions, changes = {}) =>
    new FuelAuth({
        authUrl: `${sim.url}/v2/token`,
        clientId: client.client_id,
        clientSecret: client.client_secret,
        authOptions: { authVersion: 2, ...authOptions },
        ...changes,
    });

// Its origin is only a name: calls go where the token's answer says.
const rest = (auth) => new FuelRest({ auth });

const sdk = () => {
    const consumer = { ...server, account_id: server.home_mid };
    return new SDK(settings(sim.url, consumer), { requestAttempts: 1 });
};

test('fuel-rest lists what FuelSDK programs list, with its lower-cased addresses', async () => {
    const client = rest(fuel(server, { accountId: server.home_mid }));
    const paths = ['/hub/v1/campaigns/?$page=1', '/automation/v1/automations', '/asset/v1/content/assets'];
    for (const uri of paths) {
        const { res, body } = await client.get({ uri });
        assert.equal(res.statusCode, 200, uri);
        assert.ok(Array.isArray(body.items), uri);
        assert.ok(body.count >= body.items.length, uri);
    }
    const { res } = await client.get({ uri: '/hub/v1/nothing' });
    assert.equal(res.statusCode, 404);
});

test('fuel-auth redeems a code and then goes from refresh token to refresh token', async () => {
    const web = await sim.client('INT-005');
    await sim.control('POST', '/_sim/switches', { auto_consent: 1 });
    const query = { response_type: 'code', client_id: web.client_id, redirect_uri: RETURN, state: 's' };
    const asked = `${sim.url}/v2/authorize?${new URLSearchParams(query)}`;
    const { headers } = await fetch(asked, { redirect: 'manual' });
    const to = new URL(headers.get('location'));
    assert.equal(to.searchParams.get('state'), 's');
    const app = { applicationType: 'web', redirectURI: RETURN };
    const auth = fuel(web, { ...app, authorizationCode: to.searchParams.get('code') });
    const tokens = [];
    for (let n = 0; n < 3; n += 1) {
        const { accessToken, refresh_token: next } = await auth.getAccessToken({ force: true });
        assert.ok(accessToken && next && !tokens.includes(next));
        tokens.push(next);
    }
    const { refresh_tokens: seen } = await sim.control('GET', '/_sim/ledger');
    assert.equal(seen.exchanged, 2);
    assert.deepEqual(seen.used_again, []);
    const late = fuel(web, { ...app, authorizationCode: 'x' }, { refreshToken: tokens[0] });
    const { accessToken, error } = await late.getAccessToken();
    assert.deepEqual([accessToken, error], [null, 'invalid_grant']);
});

test('fuel-auth in its older mode is served as a package of before 2019', async () => {
    const old = await sim.client('INT-028');
    const auth = new FuelAuth({
        authUrl: `${sim.url}/v1/requestToken?legacy=1`,
        clientId: old.client_id,
        clientSecret: old.client_secret,
    });
    const body = await auth.getAccessToken();
    assert.equal(body.expiresIn, 3600);
    assert.ok(body.accessToken && body.legacyToken);
    const headers = { authorization: `Bearer ${body.accessToken}` };
    const { url } = await (await fetch(`${sim.url}/platform/v1/endpoints/soap`, { headers })).json();
    assert.ok(url.startsWith(sim.url));
    const { status } = await fetch(`${sim.url}/platform/v1/tokenContext`, { headers });
    assert.equal(status, 202);
});

test('sfmc-sdk walks every list to its end', async () => {
    const paths = [
        ['/interaction/v1/interactions?extras=all', 'items'],
        ['/hub/v1/campaigns/', 'items'],
        ['/legacy/v1/beta/bulk/automations/automation/definition/', 'entry'],
        ['/legacy/v1/beta/mobile/code/', 'entry'],
        ['/messaging/v1/email/definitions/', 'definitions'],
        ['/messaging/v1/sms/definitions/', 'definitions'],
        ['/messaging/v1/push/definitions/', 'definitions'],
        ...['automations', 'queries', 'scripts', 'imports', 'filetransfers', 'dataextracts', 'filters'].map(
            (kind) => [`/automation/v1/${kind}/`, 'items']
        ),
    ];
    const client = sdk();
    for (const [path, field] of paths) {
        const body = await client.rest.getBulk(path, 50);
        assert.ok(Array.isArray(body[field]), path);
    }
});

test('sfmc-sdk finds content by a query and reads it by number', async () => {
    // The unit of commerce sends; others have nothing to find.
    const sender = await sim.client('INT-001');
    const scopes = ['saved_content_read'];
    await sim.control('POST', '/_sim/packages/INT-001', { scopes });
    const consumer = { ...sender, account_id: sender.home_mid };
    const client = new SDK(settings(sim.url, consumer), { requestAttempts: 1 });
    const query = { property: 'assetType.id', simpleOperator: 'in', value: [207, 208] };
    const page = { page: 1, pageSize: 5 };
    const sent = { page, query, sort: [{ property: 'id', direction: 'ASC' }] };
    const found = await client.rest.post('/asset/v1/content/assets/query', sent);
    assert.ok(found.count > 0);
    const [first] = found.items;
    assert.equal((await client.rest.get(`/asset/v1/content/assets/${first.id}`)).customerKey, first.customerKey);
});

test('sfmc-sdk writes rows without waiting and asks what became of them', async () => {
    await sim.control('POST', '/_sim/switches', { async_s: 3600 });
    const client = sdk();
    const context = await client.rest.get('/platform/v1/tokenContext');
    assert.equal(context.organization.id, server.home_mid);
    const count = async () => (await client.rest.get('/data/v1/customobjectdata/key/DE-01/rowset?$pageSize=1')).count;
    const before = await count();
    const rows = { items: [{ id: 'CANARY-1', name: 'a' }, { id: 'CANARY-2', name: 'b' }] };
    const write = (key) => client.rest.put(`/data/v1/async/dataextensions/key:${key}/rows`, rows);
    const { requestId } = await write('DE-01');
    const look = (what) => client.rest.get(`/data/v1/async/${requestId}/${what}`);
    assert.equal((await look('status')).status.requestStatus, 'Pending');
    await sim.control('POST', '/_sim/switches', { async_s: 0 });
    assert.equal((await look('status')).status.requestStatus, 'Complete');
    assert.equal((await look('results')).items.length, 2);
    assert.equal(await count(), before + 2);
    await assert.rejects(write('nowhere'), (error) => (error.response ?? error.cause?.response)?.status === 404);
});
