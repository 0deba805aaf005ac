//! What the token endpoint says when it refuses. Recorded where the provider's words are public;
//! ours where they are not (unconfirmed), so nobody should read them for a decision.

/// Recorded.
pub(super) const BAD_SECRET: &str = "Client authentication failed. Make sure that the client ID \
     and client secret are valid and that the package is installed and enabled.";
/// Recorded.
pub(super) const BAD_CLIENT: &str =
    "Invalid client ID. Use the client ID in Marketing Cloud Installed Packages.";
/// Recorded.
pub(super) const BAD_GRANT: &str = "Use \"authorization_code\" or \"refresh_token\" or \
     \"client_credentials\" or \"urn:ietf:params:oauth:grant-type:jwt-bearer\" as the grant_type.";
/// Documented.
pub(super) const OTHER_METHOD: &str =
    "The client is not authorized to request an authorization code using this method.";
/// Quoted by vendors of connectors.
pub(super) const BAD_ADDRESS: &str = "The client's IP address is unauthorized for this account. \
     Allowlist the client's IP address in Marketing Cloud Administration.";
/// Recorded, at the legacy endpoint.
pub(super) const NOT_LEGACY: &str = "This integration is not eligible to use the legacy \
     /v1/requestToken endpoint because the integration uses enhanced OAuth 2.0 functionality. To \
     obtain a token for this integration, use the applicable Marketing Cloud OAuth 2.0 endpoint for \
     authentication. For a web or public app, use /v2/authorize and then /v2/token. For a \
     server-to-server integration, use /v2/token.";
/// Unconfirmed.
pub(super) const BAD_USER: &str =
    "The client is not authorized: the user of this integration is inactive.";
/// Unconfirmed.
pub(super) const BAD_UNIT: &str = "The package is not enabled for this business unit.";
/// Unconfirmed.
pub(super) const BAD_SCOPE: &str =
    "One or more of the requested scopes are not granted to this client.";
/// Unconfirmed.
pub(super) const BAD_ACCOUNT: &str = "The account_id is not valid.";
/// What a sign-in page of some network on the way would send.
pub(super) const RUBBISH: &str =
    "<html><body>Please sign in to the network to continue.</body></html>";
/// Unconfirmed.
pub(super) const NO_REFRESH_TOKEN: &str = "The refresh_token is required.";
/// Unconfirmed.
pub(super) const BAD_REFRESH_TOKEN: &str =
    "The refresh token is invalid, expired, revoked, or was issued to another client.";
/// Unconfirmed.
pub(super) const NO_CODE: &str = "The code is required.";
/// Unconfirmed.
pub(super) const BAD_CODE: &str = "The authorization code is invalid, expired or already used, or \
     does not belong to this client, redirect_uri or code_verifier.";
/// Unconfirmed.
pub(super) const BAD_REDIRECT: &str = "The redirect_uri is not registered for this client.";
/// A page's own.
pub(super) const NO_QUESTION: &str = "This question was answered already, or waited too long.";
