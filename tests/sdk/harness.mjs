// Starts the product as a person would, on free ports and folders of its own, and stops it again.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

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
function start(args, env) {
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
    const args = ['demo', '--story', 'none', '--speed', '1', '--json', '--data', data.path];
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
