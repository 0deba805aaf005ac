//! The kinds of problems: a wire promise, one row each.

use axum::http::StatusCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:ident, $title:literal, $fix:literal;)*) => {
        /// The kind of a problem. Its text is a promise to programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as written on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }
            /// The HTTP status that goes with it.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Code::$name => StatusCode::$status,)* }
            }
            /// A short title that never changes from case to case.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }
            /// What to do, in one sentence.
            #[must_use]
            pub fn fix(self) -> &'static str {
                match self { $(Code::$name => $fix,)* }
            }
        }
    };
}

codes! {
    /// No session and no token that we know.
    NotSignedIn = "not_signed_in", UNAUTHORIZED, "Not signed in",
        "Send `Authorization: Bearer TOKEN` with a known API token, or sign in with a link from `countersign login`.";
    /// A change asked for by a page that is not ours.
    CrossSite = "cross_site", FORBIDDEN, "Request from another site",
        "Send the form from the dashboard itself, or use an API token instead of the browser's session.";
    /// Only an API token may do this.
    TokenNeeded = "token_needed", FORBIDDEN, "An API token is needed",
        "Run `countersign login` on the server, or send `Authorization: Bearer TOKEN`.";
    /// The link was used, ended or never given out.
    SignInLinkSpent = "sign_in_link_spent", GONE, "This sign-in link no longer works",
        "Get a new link with `countersign login`.";
    /// No such page or route.
    UnknownRoute = "unknown_route", NOT_FOUND, "No such page",
        "Check the address, or start from `/`.";
    /// The route exists, the method does not.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "Use a method that the `Allow` header names.";
    /// No such incident.
    UnknownIncident = "unknown_incident", NOT_FOUND, "No such incident",
        "List incidents with `countersign incidents --all`.";
    /// The incident has ended.
    IncidentClosed = "incident_closed", CONFLICT, "The incident has ended",
        "Read it with `countersign incident show ID`; list open ones with `countersign incidents`.";
    /// No such business unit.
    UnknownBusinessUnit = "unknown_business_unit", NOT_FOUND, "No such business unit",
        "Use a code that the estate declares under `business_units`.";
    /// No such source of outcomes, or no such integration.
    UnknownObject = "unknown_object", NOT_FOUND, "No such object",
        "List sources with `countersign source list`, integrations with `countersign status`.";
    /// A field has a value that cannot be.
    BadField = "bad_field", BAD_REQUEST, "A field is wrong",
        "Correct the field that the detail names; nothing was changed.";
    /// No estate was applied yet.
    NoEstate = "no_estate", NOT_FOUND, "No estate yet",
        "Apply one with `countersign estate apply FILE`.";
    /// The text is no estate, or the estate contradicts itself.
    EstateInvalid = "estate_invalid", UNPROCESSABLE_ENTITY, "This is not a usable estate",
        "Correct what `faults` lists and apply it again; nothing was changed.";
    /// Somebody else refused the estate.
    EstateRefused = "estate_refused", CONFLICT, "The estate was refused",
        "Do what the detail says and apply it again; nothing was changed.";
    /// The estate is not what the change was made from.
    EstateChanged = "estate_changed", PRECONDITION_FAILED, "The estate was changed meanwhile",
        "Read it again, make the change in what you read, and send it with the new `ETag`.";
    /// The change does not say what it was made from.
    PreconditionRequired = "precondition_required", PRECONDITION_REQUIRED, "A condition is needed",
        "Read it (`GET`), change what you read, and send it with `If-Match` and the `ETag` of that answer; \
         `If-Match: *` writes over whatever is there.";
    /// The query cannot be read.
    MalformedQuery = "malformed_query", BAD_REQUEST, "The query cannot be read",
        "Correct the parameter that the detail names.";
    /// The body cannot be read.
    MalformedBody = "malformed_body", BAD_REQUEST, "The body cannot be read",
        "Send the whole body, in UTF-8.";
    /// The body is of a kind that we do not take here.
    MediaType = "media_type", UNSUPPORTED_MEDIA_TYPE, "Unsupported kind of body",
        "Send the `Content-Type` that the detail names.";
    /// The body is too large.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large",
        "Send at most 8 MiB at a time; split batches of outcomes.";
    /// The request took too long to arrive or to answer.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "The request took too long",
        "Send it again; send smaller batches over slow lines.";
    /// Outcomes were refused as a whole.
    OutcomesRefused = "outcomes_refused", FORBIDDEN, "The outcomes were refused",
        "Do what the detail says and send the batch again.";
    /// Too many open streams.
    TooManyStreams = "too_many_streams", SERVICE_UNAVAILABLE, "Too many open streams",
        "Close dashboard tabs that nobody reads and try again.";
    /// Busy or closing down.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Not available right now",
        "Send the request again after the time in `Retry-After`.";
    /// Our own failure.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something failed on our side",
        "Look for `request failed` in the server's log; it holds the whole chain of causes.";
}
