use super::*;
use countersign_etframework::table::OPERATIONS;

#[test]
fn every_operation_has_a_handler_and_every_handler_an_operation() {
    for operation in OPERATIONS {
        assert!(
            HANDLERS.iter().any(|(name, _)| *name == operation.name),
            "{}",
            operation.name
        );
    }
    assert_eq!(HANDLERS.len(), OPERATIONS.len());
}
