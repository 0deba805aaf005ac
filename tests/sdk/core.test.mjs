// The npm package jsforce, unmodified, against the simulator's Salesforce core.
import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import jsforce from 'jsforce';
import { demo, tenant } from './harness.mjs';

const APP = 'INT-012';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const CLIENT = { grant_type: 'client_credentials' };

let sim;
let app;
let oauth2;
before(async () => {
    sim = await tenant();
    app = await sim.client(APP);
    oauth2 = { loginUrl: sim.url, clientId: app.client_id, clientSecret: app.client_secret };
});
after(() => sim?.stop());

/** A connection that has signed in by its secret. */
async function connected() {
    const connection = new jsforce.Connection({ loginUrl: sim.url, oauth2 });
    await connection.authorize(CLIENT);
    return connection;
}

/** Everything the ledger holds for a route since a request. */
async function noted(since, route) {
    const { requests } = await sim.control('GET', `/_sim/ledger?since=${since}`);
    return requests.filter((one) => one.route === route);
}

const requests = async () => (await sim.control('GET', '/_sim/ledger')).totals.requests;

test('a client signs in by its secret and learns where its org is', async () => {
    const connection = new jsforce.Connection({ loginUrl: sim.url, oauth2 });
    const user = await connection.authorize(CLIENT);
    assert.equal(connection.instanceUrl, sim.url);
    assert.match(user.id, /^005\w{15}$/);
    assert.match(user.organizationId, /^00D\w{15}$/);
    const identity = await connection.identity();
    assert.equal(identity.username, app.username);
    assert.equal(identity.user_id, user.id);
});

test('a wrong secret is refused in the words of core', async () => {
    const wrong = new jsforce.Connection({ oauth2: { ...oauth2, clientSecret: 'CANARY-no' } });
    await assert.rejects(wrong.authorize(CLIENT), (error) => {
        assert.equal(error.name, 'invalid_client');
        assert.equal(error.message, 'invalid client credentials');
        return true;
    });
});

test('queries are answered, in pages too, and the limit is told', async () => {
    const connection = await connected();
    const found = await connection.query("SELECT Id, Account.Name FROM Contact WHERE FirstName = 'Ada' LIMIT 2");
    assert.equal(found.records.length, 2);
    assert.match(found.records[0].Account.Name, /^Example account/);
    const few = await connection.sobject('Contact').find({ Email: { $like: 'contact1%' } }, 'Id').limit(3);
    assert.equal(few.length, 3);
    const headers = { 'Sforce-Query-Options': 'batchSize=200' };
    const first = await connection.request({ url: '/query?q=SELECT+Id+FROM+Lead', headers });
    assert.equal(first.done, false);
    assert.equal((await connection.queryMore(first.nextRecordsUrl)).records.length, 50);
    const limits = await connection.limits();
    assert.ok(limits.DailyApiRequests.Remaining < limits.DailyApiRequests.Max);
    assert.equal(connection.limitInfo.apiUsage.limit, limits.DailyApiRequests.Max);
    await assert.rejects(connection.query('SELECT Nothing FROM User'), { errorCode: 'INVALID_FIELD' });
});

test('a record is made, changed, read, described and taken away', async () => {
    const connection = await connected();
    const accounts = connection.sobject('Account');
    const { id, success } = await accounts.create({ Name: 'CANARY' });
    assert.ok(success);
    await accounts.update({ Id: id, Name: 'changed' });
    assert.equal((await accounts.retrieve(id)).Name, 'changed');
    await accounts.destroy(id);
    await assert.rejects(accounts.retrieve(id), { errorCode: 'NOT_FOUND' });
    await assert.rejects(accounts.create({ Industry: 'x' }), { errorCode: 'REQUIRED_FIELD_MISSING' });
    const { sobjects } = await connection.describeGlobal();
    for (const { name } of sobjects) assert.ok((await connection.describe(name)).fields.length > 5);
});

test('an assertion is believed by its signature', async () => {
    const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
    const own = pair();
    const certificate = own.publicKey.export({ type: 'spki', format: 'pem' });
    await sim.control('POST', `/_sim/apps/${APP}`, { certificate });
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const assertion = (key, changes = {}) => {
        const claims = { iss: app.client_id, sub: app.username, aud: 'https://login.salesforce.com' };
        const exp = Math.floor(Date.now() / 1000) + 180;
        const signed = `${part({ alg: 'RS256' })}.${part({ ...claims, exp, ...changes })}`;
        return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
    };
    const sign = async (text) => {
        const connection = new jsforce.Connection({ oauth2: { loginUrl: sim.url, clientId: app.client_id } });
        await connection.authorize({ grant_type: JWT_BEARER, assertion: text });
        return connection;
    };
    const connection = await sign(assertion(own.privateKey));
    assert.equal((await connection.query('SELECT COUNT() FROM Lead')).totalSize, 250);
    const refused = (message) => ({ name: 'invalid_grant', message });
    await assert.rejects(sign(assertion(pair().privateKey)), refused('invalid assertion'));
    const late = assertion(own.privateKey, { exp: 1_000_000_000 });
    await assert.rejects(sign(late), refused('expired authorization code'));
    const other = assertion(own.privateKey, { sub: 'nobody@example.com' });
    await assert.rejects(sign(other), refused("user hasn't approved this consumer"));
});

test('a session that ended is refreshed once for all who wait', async () => {
    let refreshed = 0;
    const connection = new jsforce.Connection({
        loginUrl: sim.url,
        instanceUrl: sim.url,
        accessToken: 'ended long ago',
        refreshFn: async (_, done) => {
            refreshed += 1;
            const { access_token } = await new jsforce.OAuth2(oauth2).requestToken(CLIENT);
            done(null, access_token);
        },
    });
    const asked = [1, 2, 3, 4].map(() => connection.query('SELECT Id FROM User LIMIT 1'));
    for (const found of await Promise.all(asked)) assert.equal(found.totalSize, 1);
    assert.equal(refreshed, 1);
});

test('a refresh token is exchanged, rotates if the app is set so, and dies when it comes back', async () => {
    const [first] = (await sim.client(APP)).refresh_tokens;
    const client = new jsforce.OAuth2(oauth2);
    const settings = { loginUrl: sim.url, instanceUrl: sim.url, accessToken: 'ended', oauth2 };
    const connection = new jsforce.Connection({ ...settings, refreshToken: first });
    assert.equal((await connection.query('SELECT Id FROM User LIMIT 1')).totalSize, 1);
    await sim.control('POST', '/_sim/switches', { core_refresh_rotates: 1 });
    const { refresh_token: next } = await client.refreshToken(first);
    assert.ok(next && next !== first);
    await assert.rejects(client.refreshToken(first), { name: 'invalid_grant' });
    await assert.rejects(client.refreshToken(next), { name: 'invalid_grant' });
    const { refresh_tokens: seen } = await sim.control('GET', '/_sim/ledger');
    assert.ok(seen.used_again.some((one) => one.refresh_token === first && one.refused === 1));
});

test('a user signs in with his password, by form and by XML, and signs out', async () => {
    for (const settings of [{ oauth2 }, {}]) {
        const connection = new jsforce.Connection({ loginUrl: sim.url, ...settings });
        await connection.login(app.username, app.password);
        const { accessToken } = connection;
        assert.equal((await connection.query('SELECT Id FROM User LIMIT 1')).totalSize, 1);
        await connection.logout();
        const left = new jsforce.Connection({ instanceUrl: sim.url, accessToken });
        await assert.rejects(left.query('SELECT Id FROM User'), { errorCode: 'INVALID_SESSION_ID' });
        await assert.rejects(connection.login(app.username, 'wrong'));
    }
});

test('a leaver is out, whatever he holds', async () => {
    const connection = await connected();
    const since = await requests();
    await sim.control('POST', '/_sim/faults', { kind: 'crm_user_deactivated', credential: APP });
    const held = new jsforce.Connection({ instanceUrl: sim.url, accessToken: connection.accessToken });
    await assert.rejects(held.query('SELECT Id FROM User'), { errorCode: 'INVALID_SESSION_ID' });
    await assert.rejects(connected(), { name: 'invalid_grant', message: 'inactive user' });
    const refused = await noted(since, '/services/oauth2/token');
    assert.deepEqual(refused.map((one) => [one.credential, one.status]), [[APP, 400]]);
    await sim.control('POST', '/_sim/mend', { target: APP });
    await connected();
});

test('a day has so many calls', async () => {
    const connection = await connected();
    await sim.control('POST', '/_sim/switches', { core_calls_a_day: 1 });
    await assert.rejects(connection.limits(), { errorCode: 'REQUEST_LIMIT_EXCEEDED' });
    await sim.control('POST', '/_sim/switches', { core_calls_a_day: 15_000 });
    await connection.limits();
});

test("the demo's consumer is a connected app of the demo's org", async () => {
    const house = await demo();
    try {
        const { client_id: clientId, client_secret: clientSecret } = house.consumers.direct;
        const settings = { loginUrl: house.sim, oauth2: { loginUrl: house.sim, clientId, clientSecret } };
        const connection = new jsforce.Connection(settings);
        await connection.authorize(CLIENT);
        assert.equal((await connection.query('SELECT COUNT() FROM Account')).totalSize, 12);
    } finally {
        await house.stop();
    }
});
