//! The messages of each operation.

use crate::field::{Type, boolean, group, named, plain, text};

pub(super) const MESSAGES: &[Type] = &[
    plain(
        "RetrieveRequestMsg",
        &[named("RetrieveRequest", "RetrieveRequest").always()],
    ),
    plain(
        "RetrieveResponseMsg",
        &[
            text("OverallStatus").always(),
            text("RequestID"),
            named("Results", "APIObject").many(),
        ],
    ),
    plain(
        "DefinitionRequestMsg",
        &[named("DescribeRequests", "ArrayOfObjectDefinitionRequest")],
    ),
    plain(
        "DefinitionResponseMsg",
        &[
            named("ObjectDefinition", "ObjectDefinition").many(),
            text("RequestID"),
        ],
    ),
    plain(
        "CreateRequest",
        &[
            named("Options", "CreateOptions").always(),
            named("Objects", "APIObject").always().many(),
        ],
    ),
    plain(
        "CreateResponse",
        &[
            named("Results", "CreateResult").always().many(),
            text("RequestID"),
            text("OverallStatus").always(),
        ],
    ),
    plain(
        "UpdateRequest",
        &[
            named("Options", "UpdateOptions").always(),
            named("Objects", "APIObject").always().many(),
        ],
    ),
    plain(
        "UpdateResponse",
        &[
            named("Results", "UpdateResult").always().many(),
            text("RequestID"),
            text("OverallStatus").always(),
        ],
    ),
    plain(
        "DeleteRequest",
        &[
            named("Options", "DeleteOptions").always(),
            named("Objects", "APIObject").always().many(),
        ],
    ),
    plain(
        "DeleteResponse",
        &[
            named("Results", "DeleteResult").always().many(),
            text("RequestID"),
            text("OverallStatus").always(),
        ],
    ),
    plain(
        "PerformRequestMsg",
        &[
            named("Options", "PerformOptions"),
            text("Action"),
            group("Definitions", &[named("Definition", "APIObject").many()]),
        ],
    ),
    plain(
        "PerformResponseMsg",
        &[
            group("Results", &[named("Result", "PerformResult").many()]),
            text("OverallStatus").always(),
            text("OverallStatusMessage").always(),
            text("RequestID"),
        ],
    ),
    plain(
        "ExecuteRequestMsg",
        &[named("Requests", "ExecuteRequest").many()],
    ),
    plain(
        "ExecuteResponseMsg",
        &[
            text("OverallStatus").always(),
            text("RequestID"),
            named("Results", "ExecuteResponse").many(),
        ],
    ),
    plain(
        "ConfigureRequestMsg",
        &[
            named("Options", "ConfigureOptions"),
            text("Action"),
            group(
                "Configurations",
                &[named("Configuration", "APIObject").many()],
            ),
        ],
    ),
    plain(
        "ConfigureResponseMsg",
        &[
            group("Results", &[named("Result", "ConfigureResult").many()]),
            text("OverallStatus").always(),
            text("OverallStatusMessage").always(),
            text("RequestID"),
        ],
    ),
    plain(
        "ScheduleRequestMsg",
        &[
            named("Options", "ScheduleOptions"),
            text("Action"),
            named("Schedule", "ScheduleDefinition"),
            group("Interactions", &[named("Interaction", "APIObject").many()]),
        ],
    ),
    plain(
        "ScheduleResponseMsg",
        &[
            group("Results", &[named("Result", "ScheduleResult").many()]),
            text("OverallStatus").always(),
            text("OverallStatusMessage").always(),
            text("RequestID"),
        ],
    ),
    plain(
        "SystemStatusRequestMsg",
        &[named("Options", "SystemStatusOptions")],
    ),
    plain(
        "SystemStatusResponseMsg",
        &[
            group("Results", &[named("Result", "SystemStatusResult").many()]),
            text("OverallStatus").always(),
            text("OverallStatusMessage").always(),
            text("RequestID").always(),
        ],
    ),
    plain(
        "VersionInfoRequestMsg",
        &[boolean("IncludeVersionHistory").always()],
    ),
    plain(
        "VersionInfoResponseMsg",
        &[
            named("VersionInfo", "VersionInfoResponse").always(),
            text("RequestID"),
        ],
    ),
];
