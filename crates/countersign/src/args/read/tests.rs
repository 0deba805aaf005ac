use super::{is_exec, parsed};
use std::ffi::OsString;

fn words(text: &str) -> Vec<OsString> {
    text.split_whitespace().map(OsString::from).collect()
}

#[test]
fn exec_is_known_however_badly_it_is_called() {
    for text in [
        "countersign exec",
        "countersign exec INT-1",
        "countersign exec INT-1 --min-ttl soon -- true",
        "countersign --data exec exec INT-1 --no-such-flag -- status",
        "countersign --json exec INT-1 true",
    ] {
        assert!(parsed(&words(text)).is_err(), "{text}");
        assert!(is_exec(&words(text)), "{text}");
    }
    for text in [
        "countersign",
        "countersign no-such exec",
        "countersign token --format exec",
        "countersign --data exec status --no-such-flag",
    ] {
        assert!(!is_exec(&words(text)), "{text}");
    }
}

#[test]
fn a_bearer_in_the_arguments_is_seen_wherever_it_stands() {
    for text in [
        "countersign --server http://127.0.0.1:9 --token CANARY status",
        "countersign status --server http://127.0.0.1:9 --token=CANARY",
    ] {
        let args = parsed(&words(text)).expect("sound");
        assert_eq!(args.servers.in_argv, ["--token"], "{text}");
        assert_eq!(args.servers.token.as_deref(), Some("CANARY"), "{text}");
    }
    let file = "countersign status --server http://127.0.0.1:9 --token-file /dev/fd/3";
    assert!(
        parsed(&words(file))
            .expect("sound")
            .servers
            .in_argv
            .is_empty()
    );
    let both = "countersign status --broker-token CANARY --token CANARY";
    let both = parsed(&words(both)).expect("sound").servers.in_argv;
    assert_eq!(both, ["--token", "--broker-token"]);
}
