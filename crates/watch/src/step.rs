//! Names the step that a turn or a delivery has come to, for whoever follows one closely.

/// Says which step was reached. At trace, because there are several in each turn.
pub(crate) fn reached(step: &'static str) {
    tracing::trace!(target: "countersign::turn", step, "step");
}
