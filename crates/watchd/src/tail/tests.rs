use super::*;

fn tables(text: &str) -> Vec<toml::Table> {
    let table: toml::Table = text.parse().expect("TOML");
    let tails = table["tail"].as_array().expect("tables");
    let tails = tails.iter().map(|one| one.as_table().expect("a table"));
    tails.cloned().collect()
}

#[test]
fn a_name_and_a_path_are_enough() {
    let read = read(&tables(
        "[[tail]]\nname = 'etl'\npath = '/var/log/etl.ndjson'",
    ));
    let expected = TailSource {
        name: "etl".to_owned(),
        path: "/var/log/etl.ndjson".into(),
        format: None,
        mapping: None,
        scope: IngestScope::All,
        integration: None,
        from: TailFrom::Start,
        quiet_after: Some(SignedDuration::from_hours(1)),
    };
    assert_eq!(read, Ok(vec![expected]));
}

#[test]
fn everything_can_be_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let mapping = folder.path().join("mapping.toml");
    std::fs::write(&mapping, "[fields]\nts = 'at'\nstatus = 'code'\n").expect("written");
    let read = read(&tables(&format!(
        "[[tail]]\nname = 'etl'\npath = '/var/log/etl.json'\nformat = 'json'\nmapping = '{}'\n\
         integration = 'INT-029'\nintegrations = ['INT-029']\nfrom = 'end'\nquiet_after = '26h'\n\
         [[tail]]\nname = 'web'\npath = '/var/log/web.log'\nformat = 'nginx'\nquiet_after = 'never'",
        mapping.display()
    )));
    let read = read.expect("no fault");
    assert!(read[0].mapping.is_some());
    assert_eq!(read[0].format, Some(FormatName::Json));
    assert_eq!(read[0].from, TailFrom::End);
    assert_eq!(read[0].quiet_after, Some(SignedDuration::from_hours(26)));
    assert!(matches!(&read[0].scope, IngestScope::Only(ids) if ids.len() == 1));
    assert_eq!(
        (read[1].format, read[1].quiet_after),
        (Some(FormatName::Nginx), None)
    );
}

#[test]
fn each_fault_names_its_field_and_what_to_write() {
    let faults = read(&tables(
        "[[tail]]\npath = 'etl.log'\nformat = 'xml'\nfrom = 'middle'\nquiet_after = 'soon'\n\
         integrations = []\n\
         [[tail]]\nname = 'a b'\npath = '/x.log'\nformat = 'json'\nintegration = 'INT-1'\n\
         integrations = ['INT-2']\n\
         [[tail]]\nname = 'etl'\npath = '/x.log'\nmapping = '/no/such/file'\n\
         [[tail]]\nname = 'etl'\npath = '/x.log'\n\
         [[tail]]\nname = 'etl'\npath = '/y.log'\n\
         [[tail]]\nfile = '/y.log'\n",
    ));
    let faults = faults.expect_err("faults");
    let expected = [
        "tail[0].name: missing; write what people call it, as in \"etl\"",
        "tail[0].path: etl.log is not absolute; write it from the root, as in \
         \"/var/log/etl.ndjson\"",
        "tail[0].format: \"xml\" is not known; write ndjson, nginx, csv or json, or leave it out",
        "tail[0].integrations: empty; name those that its lines may speak for, or leave it out",
        "tail[0].from: \"middle\" is not known; write start or end",
        "tail[0].quiet_after: write a span in minutes, hours or days, as in \"26h\", or never",
        "tail[1].name: an id may hold letters, digits and . _ : @ - only; found ' '",
        "tail[1].mapping: missing; the format json needs one",
        "tail[1].integration: INT-1 is not among its `integrations`; add it there",
        "tail[2].mapping: /no/such/file: No such file or directory (os error 2)",
        "tail[4].name: etl is taken; give each source a name of its own",
    ];
    assert_eq!(faults[..expected.len()], expected);
    let unknown = &faults[expected.len()];
    assert!(
        unknown.starts_with("tail[5]: unknown field `file`, expected one of `name`"),
        "{unknown}"
    );
    assert_eq!(faults.len(), expected.len() + 1);
}
