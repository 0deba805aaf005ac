// A job longer than its tokens: with the endpoint beside it every call succeeds; with one token in its
// environment it is foretold to fail, and does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { real, run } from './harness.mjs';

/** Longer than a token of 20 s that is taken for 24. */
const JOB_S = 34;

let house;
before(async () => {
    house = await real({ expiresIn: 20, validity: 24, vend: 'direct', usualMin: 1 });
});
after(() => house?.stop());

const exec = (flags, seconds) =>
    run(['exec', 'INT-1', '--data', house.data, ...flags, '--', process.execPath, 'job.mjs', `${seconds}`]);

test('a job that needs two tokens gets them, and no call of it fails', async () => {
    const ended = await exec(['--client', 'sfmc-sdk'], JOB_S);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    const { calls, failures, tokens } = JSON.parse(ended.stdout);
    assert.deepEqual(failures, []);
    assert.ok(calls > 60, `${calls} calls`);
    assert.ok(tokens >= 2, `${tokens} tokens`);
    const { requests } = await house.control('GET', '/_sim/ledger');
    assert.deepEqual(
        requests.filter((request) => request.status === 401),
        []
    );
});

test('with one token in its environment it is foretold to fail, and not started', async () => {
    const ended = await exec(['--env-token'], JOB_S);
    assert.equal(ended.code, 125, ended.stderr);
    assert.equal(ended.stdout, '');
    assert.match(ended.stderr, /^countersign: refused: .* ends in (19|20) s; it usually runs 60 s/);
    assert.match(ended.stderr, /--anyway/);
});

test('started all the same it fails as foretold, once the token has ended', async () => {
    const ended = await exec(['--env-token', '--anyway'], JOB_S);
    assert.equal(ended.code, 1, ended.stdout + ended.stderr);
    assert.match(ended.stderr, /would be refused/);
    const { failures, tokens } = JSON.parse(ended.stdout);
    assert.equal(tokens, 1);
    assert.ok(failures.length > 10, `${failures.length} failures`);
    assert.ok(failures[0].after_ms > 15_000, JSON.stringify(failures[0]));
    assert.match(failures[0].why, /401/);
    assert.match(ended.stderr, /ended before the job did/);
});
