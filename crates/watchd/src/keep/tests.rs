use super::read;
use countersign_model::SignedDuration;
use countersign_watch::Keep;

fn table(text: &str) -> toml::Table {
    text.parse().expect("TOML")
}

#[test]
fn what_is_not_written_stays_as_the_contract_says() {
    assert_eq!(read(&table("")), Ok(Keep::default()));
    let keep = read(&table(
        "failures = '7d'\noutcomes = '90m'\noutcomes_max = 5\nfailures_max = 5000",
    ))
    .unwrap();
    assert_eq!(keep.failures, SignedDuration::from_hours(7 * 24));
    assert_eq!(keep.outcomes, SignedDuration::from_mins(90));
    assert_eq!(keep.outcomes_max, 5);
    assert_eq!(keep.failures_max, 5_000);
    assert_eq!(keep.minutes, Keep::default().minutes);
}

#[test]
fn each_fault_names_its_field_and_what_to_write() {
    let faults = read(&table(
        "failures = '0d'\nhours = 13\nminutes = 'two days'\noutcomes_max = -1\nfailures_sample = 0\nweeks = '1d'",
    ));
    assert_eq!(
        faults.unwrap_err(),
        [
            "keep.failures: write a span from 1d to 1100d, in minutes, hours or days: \"90m\", \
             \"48h\", \"30d\"",
            "keep.failures_sample: write a whole number of rows, 1 or more",
            "keep.hours: write a span from 1d to 3660d, in minutes, hours or days: \"90m\", \
             \"48h\", \"30d\"",
            "keep.minutes: write a span from 1h to 90d, in minutes, hours or days: \"90m\", \
             \"48h\", \"30d\"",
            "keep.outcomes_max: write a whole number of rows, 0 or more",
            "keep.weeks: there is no such span; there are the spans outcomes, failures, minutes, \
             hours and the numbers outcomes_max, failures_max, failures_sample",
        ]
    );
}
