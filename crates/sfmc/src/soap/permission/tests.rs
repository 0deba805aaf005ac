use super::*;
use countersign_etframework::table::objects;

#[test]
fn every_object_has_its_scopes_and_every_scope_its_object() {
    for (kind, _) in objects() {
        let rows = ROWS.iter().filter(|row| row.objects.contains(&kind.name));
        assert_eq!(rows.count(), 1, "{}", kind.name);
    }
    for name in ROWS.iter().flat_map(|row| row.objects) {
        assert!(objects().any(|(kind, _)| kind.name == *name), "{name}");
    }
}
