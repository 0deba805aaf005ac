// The lines that `connect` prints, run as they are pasted.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { real, start } from './harness.mjs';

let house;
before(async () => {
    house = await real({ expiresIn: 1079, validity: 1200, vend: 'direct' });
});
after(() => house?.stop());

/** Runs a program from its text, as a module or as an older script, where the packages are. */
function paste(kind, text, key) {
    return new Promise((resolve, reject) => {
        const env = { ...process.env, SFMC_CLIENT_SECRET: key };
        const child = spawn(process.execPath, [`--input-type=${kind}`], { env });
        const out = { stdout: '', stderr: '' };
        child.stdout.on('data', (chunk) => (out.stdout += chunk));
        child.stderr.on('data', (chunk) => (out.stderr += chunk));
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, ...out }));
        child.stdin.end(text);
    });
}

const PATH = '/platform/v1/tokenContext';
/** Calls the API with a token's answer of that name. */
const ASK = (name) => `const answer = await fetch(${name}.rest_instance_url + '${PATH.slice(1)}', {
    headers: { authorization: 'Bearer ' + ${name}.access_token },
});
console.log(await answer.text());`;

for (const [name, kind, call] of [
    ['sfmc-sdk', 'module', `console.log(JSON.stringify(await sfmc.rest.get('${PATH}')));`],
    [
        'fuel-rest',
        'commonjs',
        `rest.get({ uri: '${PATH}', json: true }, (error, answer) => {
            if (error) throw error;
            console.log(JSON.stringify(answer.body));
        });`,
    ],
    [
        'fuel-soap',
        'commonjs',
        `soap.AuthClient.getAccessToken().then((token) =>
            fetch(token.rest_instance_url + '${PATH.slice(1)}', {
                headers: { authorization: 'Bearer ' + token.accessToken },
            }).then((answer) => answer.text()).then(console.log));`,
    ],
    [
        'fuelsdk-node',
        'commonjs',
        `client.RestClient.get({ uri: '${PATH}', json: true }, (error, answer) => {
            if (error) throw error;
            console.log(JSON.stringify(answer.body));
        });`,
    ],
    ['simple-oauth2', 'module', ASK('token.token')],
    ['openid-client', 'module', ASK('token')],
]) {
    test(`${name}: the pasted lines call the API, and the first request is seen`, async () => {
        const words = ['connect', 'INT-1', '--client', name, '--new-consumer', '--json'];
        const waiting = await start([...words, '--data', house.data]);
        const { lines, client_secret: key, client_id: id } = waiting.ready;
        const seen = new Promise((resolve) => waiting.child.removeAllListeners('exit').once('exit', resolve));
        assert.ok(!lines.includes(key), 'the key stays out of the code');
        const ended = await paste(kind, `${lines}\n${call}\n`, key);
        assert.equal(ended.code, 0, ended.stderr);
        assert.equal(JSON.parse(ended.stdout).organization.id, 7, ended.stdout);
        assert.equal(await seen, 0, waiting.stderr());
        assert.ok(id.startsWith('INT-1-client-'), id);
    });
}
