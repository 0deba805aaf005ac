use super::*;

#[test]
fn the_table_is_complete_in_order_and_says_what_each_switch_is() {
    for (place, switch) in SWITCHES.iter().enumerate() {
        assert_eq!(
            switch.id as usize, place,
            "{} stands in its place",
            switch.name
        );
        assert!(
            (switch.min..=switch.max).contains(&switch.default),
            "{}",
            switch.name
        );
        assert!(switch.about.len() > 20, "{} is described", switch.name);
        assert_eq!(
            Switches::default().get(switch.id),
            switch.default,
            "{}",
            switch.name
        );
    }
    let last = Name::LatencyJitter as usize;
    assert_eq!(SWITCHES.len(), last + 1, "no name without a row");
    let mut names: Vec<&str> = SWITCHES.iter().map(|switch| switch.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), SWITCHES.len(), "no name twice");
}

#[test]
fn every_switch_can_be_set_by_its_name() {
    for switch in SWITCHES {
        let mut switches = Switches::default();
        for value in [switch.min, switch.max] {
            switches
                .set(switch.name, &value.to_string())
                .expect("within its bounds");
            assert_eq!(switches.get(switch.id), value, "{}", switch.name);
        }
        let above = (switch.max + 1).to_string();
        let error = switches
            .set(switch.name, &above)
            .expect_err("out of bounds")
            .to_string();
        assert!(
            error.contains(switch.name) && error.contains(&switch.max.to_string()),
            "{error}"
        );
    }
}

#[test]
fn words_stand_for_on_and_off_and_nonsense_is_named() {
    let mut switches = Switches::default();
    switches.set("latency_jitter", "on").expect("a word");
    assert!(switches.on(Name::LatencyJitter));
    switches.set("latency_jitter", "false").expect("a word");
    assert!(!switches.on(Name::LatencyJitter));
    for bad in ["", "soon", "-1", "1.5"] {
        assert!(switches.set("expires_in", bad).is_err(), "{bad}");
    }
    let error = switches
        .set("expires", "1")
        .expect_err("unknown")
        .to_string();
    assert!(
        error.contains("expires_in") && error.contains("latency_jitter"),
        "{error}"
    );
}

#[test]
fn what_nothing_confirms_has_another_value_to_try() {
    for switch in SWITCHES {
        let unsure = switch.about.contains("unconfirmed") || switch.about.contains("also try");
        if unsure && switch.name != "throttle_retry_after" {
            assert!(switch.besides.is_some(), "{}", switch.name);
        }
        if let Some(value) = switch.besides {
            assert_ne!(value, switch.default, "{}", switch.name);
            assert!(
                (switch.min..=switch.max).contains(&value),
                "{}",
                switch.name
            );
        }
    }
}

#[test]
fn the_switches_that_an_answer_depended_on_are_known() {
    let switches = Switches::default();
    assert!(switches.read().is_empty());
    let _ = switches.on(Name::ReuseKillsFamily);
    let _ = switches.status(Name::IpBlockStatus);
    let names: Vec<&str> = switches.read().iter().map(|one| one.name).collect();
    assert_eq!(names, ["reuse_kills_family", "ip_block_status"]);
}
