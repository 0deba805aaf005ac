use super::*;
use countersign_model::id::CredentialId;
use countersign_model::token::Generation;
use countersign_refresh::{AttemptId, CredentialRecord, Refusal, RefusalClass};

fn slot(text: &str) -> SlotId {
    text.parse().expect("an id")
}

fn withheld(now: Timestamp) -> Withheld {
    Withheld {
        slot: slot("C-1.1"),
        entries: Vec::new(),
        effects: Vec::new(),
        brought: Brought::default(),
        again_at: now,
        tries: 0,
    }
}

#[test]
fn a_rotation_is_tried_again_ever_more_slowly_and_never_given_up() {
    let mut now: Timestamp = "2026-11-22T12:30:00Z".parse().expect("a time");
    let mut one = withheld(now);
    let mut waits = Vec::new();
    for _ in 0..80 {
        one.later(now);
        waits.push(one.again_at.duration_since(now).as_secs());
        now = one.again_at;
    }
    assert_eq!(waits[..7], [1, 2, 4, 8, 16, 30, 30]);
    assert!(
        waits.iter().all(|wait| (1..=30).contains(wait)),
        "R4: {waits:?}"
    );
}

#[test]
fn what_readers_would_see_of_the_slot_waits_and_nothing_else_does() {
    let one = withheld("2026-11-22T12:30:00Z".parse().expect("a time"));
    let settle = |of: &str| Effect::Settle {
        slot: slot(of),
        answer: Ok(Generation(2)),
    };
    let refused = Effect::Settle {
        slot: slot("C-1.1"),
        answer: Err(Refusal {
            class: RefusalClass::Local,
            retry_after_ms: 1,
            cached: true,
        }),
    };
    let drop = Effect::Drop {
        slot: slot("C-1.1"),
    };
    for waits in [settle("C-1.1"), refused, drop] {
        assert!(one.concerns(&waits), "{waits:?}");
    }
    let credential: CredentialId = "C-1".parse().expect("an id");
    let send = Effect::Send {
        slot: slot("C-1.1"),
        attempt: AttemptId(1),
        give_up_at: one.again_at,
    };
    let save = Effect::Save(CredentialRecord::new(credential));
    for goes in [settle("C-2.1"), send, save] {
        assert!(!one.concerns(&goes), "{goes:?}");
    }
}
