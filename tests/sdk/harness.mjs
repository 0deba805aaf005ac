// Starts the product as a person would, on free ports and folders of its own, and stops it again.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = process.env.COUNTERSIGN_BIN;
if (!BIN) throw new Error('COUNTERSIGN_BIN is not set: run bash tests/run');

/** The fragment that satisfies the client's check of its URL; HTTP drops it. */
const FRAGMENT = '#https://mcxxxxxxxxxxxxxxxxxxxxxxxxxx.auth.marketingcloudapis.com/';

/** Runs a command to its end. */
export function run(args, { input, env } = {}) {
    return new Promise((resolve, reject) => {
        const child = spawn(BIN, args, { env: { ...process.env, ...env } });
        const out = { stdout: '', stderr: '' };
        child.stdout.on('data', (chunk) => (out.stdout += chunk));
        child.stderr.on('data', (chunk) => (out.stderr += chunk));
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, ...out }));
        child.stdin.end(input ?? '');
    });
}

/** Starts a long-running command and gives its first line of JSON. */
export function start(args, env) {
    return new Promise((resolve, reject) => {
        const child = spawn(BIN, args, { env: { ...process.env, ...env } });
        let stderr = '';
        child.stderr.on('data', (chunk) => (stderr += chunk));
        child.on('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${stderr}`)));
        createInterface({ input: child.stdout }).once('line', (line) =>
            resolve({ child, ready: JSON.parse(line), stderr: () => stderr })
        );
    });
}

function stop(child) {
    return new Promise((resolve) => {
        child.removeAllListeners('exit');
        child.once('exit', resolve);
        child.kill('SIGTERM');
    });
}

/** A folder of its own. */
function folder() {
    const path = mkdtempSync(join(tmpdir(), 'countersign-sdk-'));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The demo without a story, in real time. */
export async function demo() {
    const data = folder();
    const ports = ['--listen', '--broker-listen', '--sim-listen', '--sim-control-listen'];
    const args = ['demo', '--fresh', '--story', 'none', '--speed', '1', '--json', '--data', data.path];
    const flags = ports.flatMap((flag) => [flag, '127.0.0.1:0']);
    const { child, ready, stderr } = await start([...args, ...flags]);
    return {
        ...ready,
        data: data.path,
        stderr,
        command: (...words) => run([...words, '--data', data.path]),
        control: (method, path, body) => control(ready.sim_control, method, path, body),
        stop: async () => {
            await stop(child);
            data.remove();
        },
    };
}

/** A simulated tenant of the demo's estate by itself, in real time, with Salesforce core beside it. */
export async function tenant(...flags) {
    const data = folder();
    const args = ['sim', '--json', '--data', data.path, ...flags];
    args.push('--sim-listen', '127.0.0.1:0', '--sim-control-listen', '127.0.0.1:0');
    const { child, ready } = await start(args);
    const ask = (method, path, body) => control(ready.sim_control, method, path, body);
    return {
        url: ready.sim,
        control: ask,
        /** A package or connected app, with its first secret. */
        client: async (id) => {
            const state = await ask('GET', '/_sim/state');
            const found = [...state.packages, ...state.connected_apps].find((one) => one.id === id);
            return { ...found, client_secret: found.secrets[0].secret };
        },
        stop: async () => {
            await stop(child);
            data.remove();
        },
    };
}

/** The real thing on a small estate of one on-demand integration, in front of a simulated tenant. */
export async function real({ expiresIn, validity, vend, usualMin }) {
    const data = folder();
    const simData = folder();
    const file = join(data.path, 'estate.yaml');
    const write = (auth) => writeFileSync(file, estate(auth, usualMin));
    write('');
    const simArgs = ['sim', '--json', '--data', simData.path, '--estate', file];
    simArgs.push('--set', `expires_in=${expiresIn}`, '--set', `validity=${validity}`);
    simArgs.push('--sim-listen', '127.0.0.1:0', '--sim-control-listen', '127.0.0.1:0');
    const sim = await start(simArgs);
    write(`, auth_url: "${sim.ready.sim}"`);
    const at = ['--data', data.path];
    const key = (await good(['init', ...at])).trim();
    const env = { COUNTERSIGN_MASTER_KEY: key, COUNTERSIGN_GATEWAY_LOOPBACK: 'true' };
    await good(['estate', 'apply', file, ...at], { env });
    const state = await control(sim.ready.sim_control, 'GET', '/_sim/state');
    const input = state.packages[0].secrets[0].secret ?? state.packages[0].secrets[0];
    await good(['credential', 'add', 'INT-1', ...at], { env, input });
    const added = await good(['consumer', 'add', 'INT-1', '--vend', vend, '--json', ...at], { env });
    const listen = ['--listen', '127.0.0.1:0', '--broker-listen', '127.0.0.1:0'];
    const server = await start(['serve', '--json', ...at, ...listen], env);
    return {
        ...server.ready,
        data: data.path,
        consumer: JSON.parse(added),
        control: (method, path, body) => control(sim.ready.sim_control, method, path, body),
        stop: async () => {
            await stop(server.child);
            await stop(sim.child);
            data.remove();
            simData.remove();
        },
    };
}

/** A simulated tenant of its own, in real time, with the estate that SOAP clients read. */
export async function simulator() {
    const data = folder();
    const here = dirname(fileURLToPath(import.meta.url));
    const args = ['sim', '--json', '--data', data.path];
    args.push('--estate', join(here, '..', 'soap-estate.yaml'));
    args.push('--sim-listen', '127.0.0.1:0', '--sim-control-listen', '127.0.0.1:0');
    const { child, ready } = await start(args);
    const ask = (method, path, body) => control(ready.sim_control, method, path, body);
    const { client_id, secrets } = (await ask('GET', '/_sim/state')).packages[0];
    return {
        url: ready.sim,
        consumer: { client_id, client_secret: secrets[0].secret, account_id: 7 },
        control: ask,
        stop: async () => {
            await stop(child);
            data.remove();
        },
    };
}

/** Runs a command that has to end well; its standard output. */
async function good(args, options) {
    const ended = await run(args, options);
    if (ended.code !== 0) throw new Error(`${args.join(' ')}: ${ended.code} ${ended.stderr}`);
    return ended.stdout;
}

const estate = (auth, usualMin) => `version: 1
name: small
tenants:
  - { id: t, subdomain: mctiny-estate-not-a-real-one${auth} }
business_units:
  - { id: BU, tenant: t, mid: 7, time_zone: UTC, on_call: Operations }
credentials:
  - { id: INT-1, bu: BU, kind: s2s_v2, mode: brokered, client_id: c-1, scopes: [email_read] }
integrations:
  - id: INT-1
    name: Order mails
    bu: BU
    kind: on-demand
    tier: T1
    owner: Orders
    backup: Operations
    credential: INT-1
    strategy: { keep_warm: false, reason: the test asks when it needs a token }
${usualMin ? `    schedule: { cron: "0 3 * * *", usual_min: ${usualMin} }\n` : ''}`;

/** Asks the simulator's control. */
export async function control(base, method, path, body) {
    const response = await fetch(`${base}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
}

/** What the client's constructor takes, pointed at a broker. */
export function settings(broker, consumer, changes = {}) {
    return {
        client_id: consumer.client_id,
        client_secret: consumer.client_secret,
        account_id: consumer.account_id,
        auth_url: `${broker}/v2/token${FRAGMENT}`,
        ...changes,
    };
}
