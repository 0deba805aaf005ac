// Clients that only ask for a token, unmodified, with the real token and through the gateway: the npm
// packages simple-oauth2 and openid-client, newman with a collection, and curl.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import * as oidc from 'openid-client';
import { ClientCredentials } from 'simple-oauth2';
import { demo } from './harness.mjs';

const NEWMAN = createRequire(import.meta.url).resolve('newman/bin/newman.js');

/** Runs a program to its end, with something on its standard input. */
function program(name, args, { input = '', cwd } = {}) {
    return new Promise((resolve, reject) => {
        const child = spawn(name, args, { cwd });
        const out = { stdout: '', stderr: '' };
        child.stdout.on('data', (chunk) => (out.stdout += chunk));
        child.stderr.on('data', (chunk) => (out.stderr += chunk));
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, ...out }));
        child.stdin.end(input);
    });
}

for (const mode of ['direct', 'gateway']) {
    suite(`token clients, ${mode}`, () => {
        let house;
        let consumer;
        before(async () => {
            house = await demo();
            consumer = house.consumers[mode];
        });
        after(() => house?.stop());

        const tablePath = () => `data/v1/customobjectdata/key/${consumer.data_extension_key}/rowset`;
        /** Calls the API with what a client was handed. */
        const readsTable = async (token) => {
            const headers = { authorization: `Bearer ${token.access_token}` };
            const answer = await fetch(token.rest_instance_url + tablePath(), { headers });
            assert.equal(answer.status, 200);
            assert.equal((await answer.json()).customObjectKey, consumer.data_extension_key);
            const opaque = token.access_token.startsWith('csg1.');
            assert.equal(opaque, mode === 'gateway');
        };

        const simple = (bodyFormat, authorizationMethod = 'body', changes = {}) =>
            new ClientCredentials({
                client: { id: consumer.client_id, secret: consumer.client_secret, ...changes },
                auth: { tokenHost: house.broker, tokenPath: '/v2/token' },
                options: { authorizationMethod, bodyFormat },
            });

        test('simple-oauth2 asks in JSON, as a form and with its key in a header', async () => {
            for (const client of [simple('json'), simple('form'), simple('form', 'header')]) {
                const { token, expired } = await client.getToken({ account_id: String(consumer.account_id) });
                assert.equal(token.token_type, 'Bearer');
                await readsTable(token);
                assert.ok(token.expires_at > new Date(), 'it knows when the token ends');
                assert.equal(typeof expired, 'function');
            }
        });

        test('simple-oauth2 is told of a wrong key, a foreign scope and a foreign MID', async () => {
            const refused = async (asked, status, error) =>
                assert.rejects(asked, (seen) => {
                    assert.deepEqual([seen.output.statusCode, seen.data.payload.error], [status, error]);
                    return true;
                });
            await refused(simple('json', 'body', { secret: 'CANARY-wrong' }).getToken({}), 401, 'invalid_client');
            await refused(simple('json').getToken({ scope: 'users_write' }), 400, 'invalid_scope');
            await refused(simple('json').getToken({ account_id: '519000199' }), 403, 'access_denied');
        });

        const configured = (key = consumer.client_secret) => {
            const server = { issuer: house.broker, token_endpoint: `${house.broker}/v2/token` };
            const config = new oidc.Configuration(server, consumer.client_id, key);
            oidc.allowInsecureRequests(config);
            return config;
        };

        test('openid-client asks, and reads what it is handed', async () => {
            const asked = { account_id: String(consumer.account_id), scope: 'data_extensions_read' };
            const token = await oidc.clientCredentialsGrant(configured(), asked);
            assert.equal(token.token_type, 'bearer', 'it writes it small');
            assert.ok(token.expiresIn() > 300);
            await readsTable(token);
        });

        test('openid-client reads a refusal', async () => {
            await assert.rejects(oidc.clientCredentialsGrant(configured('CANARY-wrong'), {}), (seen) => {
                assert.deepEqual([seen.status, seen.error], [401, 'invalid_client']);
                return true;
            });
            await assert.rejects(oidc.clientCredentialsGrant(configured(), { scope: 'users_write' }), (seen) => {
                assert.deepEqual([seen.status, seen.error], [400, 'invalid_scope']);
                return true;
            });
        });

        test('newman runs a collection with the environment that connect prints', async () => {
            const folder = mkdtempSync(join(tmpdir(), 'countersign-newman-'));
            const write = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value), { mode: 0o600 });
            const words = ['--client', 'newman', '--new-consumer', '--vend', mode, '--no-wait', '--json'];
            const printed = await house.command('connect', consumer.integration, ...words);
            write('sfmc.postman_environment.json', JSON.parse(JSON.parse(printed.stdout).lines));
            write('collection.json', collection(tablePath()));
            const args = [NEWMAN, 'run', 'collection.json', '-e', 'sfmc.postman_environment.json'];
            const ended = await program(process.execPath, args, { cwd: folder });
            rmSync(folder, { recursive: true, force: true });
            assert.equal(ended.code, 0, ended.stdout + ended.stderr);
            assert.match(ended.stdout, /a token is handed out/);
            assert.match(ended.stdout, /the table is read/);
        });

        test('curl asks in JSON and as a form, its key on standard input', async () => {
            const { client_id, client_secret, account_id } = consumer;
            const asked = { grant_type: 'client_credentials', client_id, client_secret, account_id };
            const bodies = [
                ['application/json', JSON.stringify(asked)],
                ['application/x-www-form-urlencoded', new URLSearchParams(asked).toString()],
            ];
            for (const [kind, input] of bodies) {
                const args = ['-sS', '--fail-with-body', `${house.broker}/v2/token`, '-H', `content-type: ${kind}`, '-d', '@-'];
                const ended = await program('curl', args, { input });
                assert.equal(ended.code, 0, ended.stdout + ended.stderr);
                await readsTable(JSON.parse(ended.stdout));
            }
        });
    });
}

/** A collection as people keep one: a token first, kept in the environment, then a call with it. */
function collection(path) {
    const script = (...exec) => [{ listen: 'test', script: { exec } }];
    const raw = {
        grant_type: 'client_credentials',
        client_id: '{{client_id}}',
        client_secret: '{{client_secret}}',
        account_id: '{{account_id}}',
    };
    const token = {
        name: 'token',
        request: {
            method: 'POST',
            url: '{{token_url}}',
            header: [{ key: 'content-type', value: 'application/json' }],
            body: { mode: 'raw', raw: JSON.stringify(raw) },
        },
        event: script(
            "pm.test('a token is handed out', () => pm.response.to.have.status(200));",
            'const answer = pm.response.json();',
            "pm.environment.set('access_token', answer.access_token);",
            "pm.environment.set('rest', answer.rest_instance_url);"
        ),
    };
    const table = {
        name: 'table',
        request: {
            method: 'GET',
            url: `{{rest}}${path}`,
            header: [{ key: 'authorization', value: 'Bearer {{access_token}}' }],
        },
        event: script("pm.test('the table is read', () => pm.response.to.have.status(200));"),
    };
    const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
    return { info: { name: 'sfmc', schema }, item: [token, table] };
}
