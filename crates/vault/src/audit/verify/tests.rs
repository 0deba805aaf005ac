use super::{Fault, Verdict, Verifier};
use crate::audit::{Checkpoint, Ending, Hash, Record, SignedCheckpoint, Signer, genesis, link};
use countersign_model::Timestamp;

const VAULT: [u8; 16] = [3; 16];

/// A chain as a store would hold it.
struct Chain {
    rows: Vec<(u64, Vec<u8>, Hash)>,
    signed: Vec<SignedCheckpoint>,
}

fn signer() -> Signer {
    Signer::from_seed(&[1; 32])
}

fn body(seq: u64) -> Vec<u8> {
    let (actor, action) = ("team:crm".to_owned(), "token.minted".to_owned());
    let (object, at) = (format!("INT-{seq}.7"), Timestamp::UNIX_EPOCH);
    let (outcome, detail) = (Ending::Done, Vec::new());
    Record {
        seq,
        at,
        actor,
        action,
        object,
        outcome,
        detail,
    }
    .encode()
}

/// Ten records, signed at 4 and at 8.
fn chain() -> Chain {
    let (mut rows, mut signed, mut before) = (Vec::new(), Vec::new(), genesis(&VAULT));
    for seq in 1..=10 {
        before = link(&before, &body(seq));
        rows.push((seq, body(seq), before));
        if seq % 4 == 0 {
            let at = Timestamp::UNIX_EPOCH;
            signed.push(signer().sign(Checkpoint {
                seq,
                hash: before,
                count: seq,
                at,
            }));
        }
    }
    Chain { rows, signed }
}

impl Chain {
    fn verdict(self) -> Verdict {
        let mut verifier = Verifier::new(&VAULT, &signer().public_key(), self.signed);
        for (seq, body, hash) in &self.rows {
            verifier.push(*seq, body, hash);
        }
        verifier.finish()
    }

    /// What an intruder with the database, but without the signing key, would do.
    fn rehash(&mut self) {
        let mut before = genesis(&VAULT);
        for (_, body, hash) in &mut self.rows {
            before = link(&before, body);
            *hash = before;
        }
    }
}

#[test]
fn an_untouched_chain_is_sound_up_to_its_last_checkpoint() {
    let verdict = chain().verdict();
    assert!(verdict.is_sound(), "{verdict:?}");
    assert_eq!(
        (verdict.complete_to, verdict.count, verdict.last),
        (Some(8), 10, 10)
    );
}

#[test]
fn a_bent_bit_is_found_where_it_is() {
    let mut chain = chain();
    let last = chain.rows[5].1.len() - 20;
    chain.rows[5].1[last] ^= 1;
    let verdict = chain.verdict();
    assert!(!verdict.authentic && verdict.contiguous && verdict.complete_to.is_none());
    assert_eq!(verdict.faults[0], Fault::Changed { seq: 6 });
    assert_eq!(verdict.n_faults, 1);
}

#[test]
fn a_missing_record_is_a_gap() {
    let mut chain = chain();
    chain.rows.remove(5);
    let verdict = chain.verdict();
    assert!(!verdict.contiguous && !verdict.authentic);
    assert!(verdict.faults.contains(&Fault::Gap {
        expected: 6,
        found: 7
    }));
}

#[test]
fn records_in_another_order_are_found() {
    let mut chain = chain();
    let (third, fourth) = (chain.rows[2].1.clone(), chain.rows[3].1.clone());
    (chain.rows[2].1, chain.rows[3].1) = (fourth, third);
    let verdict = chain.verdict();
    assert!(!verdict.authentic);
    assert!(verdict.faults.contains(&Fault::Unreadable { seq: 3 }));
}

#[test]
fn a_rewritten_chain_with_fresh_hashes_contradicts_what_was_signed() {
    let mut chain = chain();
    chain.rows[5].1 = body(6)
        .iter()
        .map(|byte| if *byte == b'7' { b'9' } else { *byte })
        .collect();
    chain.rehash();
    let verdict = chain.verdict();
    assert!(verdict.contiguous && !verdict.authentic);
    assert_eq!(verdict.faults, [Fault::Rewritten { seq: 8 }]);
}

#[test]
fn a_renumbered_chain_without_one_record_contradicts_what_was_signed() {
    let mut chain = chain();
    chain.rows.truncate(9);
    for (at, row) in chain.rows.iter_mut().enumerate().skip(5) {
        let seq = u64::try_from(at).expect("small") + 1;
        let mut record = Record::decode(&body(seq + 1)).expect("a record");
        record.seq = seq;
        row.1 = record.encode();
    }
    chain.rehash();
    assert_eq!(chain.verdict().faults, [Fault::Rewritten { seq: 8 }]);
}

#[test]
fn a_cut_tail_is_seen_up_to_the_last_checkpoint_and_not_behind() {
    let mut cut = chain();
    cut.rows.truncate(7);
    let verdict = cut.verdict();
    assert!(verdict.authentic && verdict.contiguous && !verdict.is_sound());
    assert_eq!(verdict.faults, [Fault::Cut { last: 7, signed: 8 }]);

    let mut unseen = chain();
    unseen.rows.truncate(8);
    assert_eq!(unseen.verdict().complete_to, Some(8));
}

#[test]
fn an_outside_copy_of_a_checkpoint_tells_of_a_tail_cut_together_with_the_stored_ones() {
    let mut chain = chain();
    let outside = chain.signed[1].clone();
    chain.rows.truncate(5);
    chain.signed.truncate(1);
    assert_eq!(
        Chain {
            rows: chain.rows.clone(),
            ..chain
        }
        .verdict()
        .complete_to,
        Some(4)
    );
    let mut again = self::chain();
    again.rows.truncate(5);
    again.signed = vec![outside];
    assert_eq!(again.verdict().faults, [Fault::Cut { last: 5, signed: 8 }]);
}

#[test]
fn a_checkpoint_of_another_key_or_another_vault_proves_nothing() {
    let mut chain = chain();
    let stranger = Signer::from_seed(&[9; 32]);
    chain.signed[1] = stranger.sign(chain.signed[1].checkpoint);
    let verdict = chain.verdict();
    assert_eq!(verdict.faults, [Fault::Forged { seq: 8 }]);

    let mut chain = self::chain();
    let at = Timestamp::UNIX_EPOCH;
    let hash = genesis(&[4; 16]);
    chain.signed.push(signer().sign(Checkpoint {
        seq: 0,
        hash,
        count: 0,
        at,
    }));
    assert_eq!(chain.verdict().faults, [Fault::Rewritten { seq: 0 }]);
}

#[test]
fn an_empty_chain_is_sound_and_a_wiped_one_is_not() {
    let verdict = Chain {
        rows: Vec::new(),
        signed: Vec::new(),
    }
    .verdict();
    assert!(verdict.is_sound());
    let verdict = Chain {
        rows: Vec::new(),
        ..chain()
    }
    .verdict();
    assert_eq!(verdict.faults, [Fault::Cut { last: 0, signed: 8 }]);
}

#[test]
fn faults_beyond_the_first_hundred_are_counted_only() {
    let mut verifier = Verifier::new(&VAULT, &signer().public_key(), []);
    for seq in 1..=500 {
        verifier.push(seq, b"no record", b"no hash");
    }
    let verdict = verifier.finish();
    assert_eq!(verdict.faults.len(), 100);
    assert_eq!(verdict.n_faults, 1_000);
}
