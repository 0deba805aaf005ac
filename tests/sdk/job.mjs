// A job as people write them: for so many seconds it calls the API, and at the end tells how it went.
// With a token of its own in the environment it uses that; otherwise sfmc-sdk asks for tokens.
import SDK from 'sfmc-sdk';

const seconds = Number(process.argv[2]);
const { env } = process;
const tokens = new Set();

function withSdk() {
    const sfmc = new SDK(
        {
            client_id: env.SFMC_CLIENT_ID,
            client_secret: env.SFMC_CLIENT_SECRET,
            account_id: Number(env.SFMC_ACCOUNT_ID),
            auth_url: env.COUNTERSIGN_SDK_AUTH_URL,
        },
        { requestAttempts: 1 }
    );
    return async () => {
        tokens.add((await sfmc.auth.getAccessToken()).access_token);
        await sfmc.rest.get('/platform/v1/tokenContext');
    };
}

function withSnapshot() {
    return async () => {
        tokens.add(env.SFMC_ACCESS_TOKEN);
        const headers = { authorization: `Bearer ${env.SFMC_ACCESS_TOKEN}` };
        const answer = await fetch(`${env.SFMC_REST_URL}platform/v1/tokenContext`, { headers });
        if (!answer.ok) throw new Error(`the call was refused: ${answer.status}`);
    };
}

const call = env.SFMC_ACCESS_TOKEN ? withSnapshot() : withSdk();
const began = Date.now();
const end = began + seconds * 1000;
const failures = [];
let calls = 0;
while (Date.now() < end) {
    calls++;
    await call().catch((error) => failures.push({ after_ms: Date.now() - began, why: error.message }));
    await new Promise((resolve) => setTimeout(resolve, 200));
}
console.log(JSON.stringify({ calls, failures, tokens: tokens.size }));
process.exit(failures.length ? 1 : 0);
