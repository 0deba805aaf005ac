use super::Packed;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

#[test]
fn zero_is_exact_and_everything_else_is_near() {
    assert_eq!(Packed::of(0.0).get(), Some(0.0));
    assert_eq!(Packed::of(-3.0).get(), Some(0.0));
    assert_eq!(Packed::of(f64::NAN).get(), None);
    for value in [0.02, 0.4, 1.0, 7.0, 190.0, 61_000.0, 1.2e6, 3.4e10] {
        let found = Packed::of(value).get().expect("a number");
        let off = (found - value).abs() / value;
        assert!(off < 3e-4, "{value} came back as {found}");
    }
}

#[test]
fn a_huge_number_is_the_greatest_and_not_none() {
    assert!(Packed::of(1e300).get().expect("a number") > 1e11);
    assert!(Packed::of(f64::INFINITY).get().is_some());
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Kept {
    #[serde(with = "super")]
    numbers: VecDeque<Packed>,
    #[serde(with = "super")]
    floats: Vec<f32>,
}

#[test]
fn arrays_come_back_as_they_were_kept() {
    let kept = Kept {
        numbers: [Packed::of(3.0), Packed::NONE, Packed::of(0.0)].into(),
        floats: vec![-1.5, 0.0, 3.25],
    };
    let text = serde_json::to_string(&kept).expect("JSON");
    assert_eq!(serde_json::from_str::<Kept>(&text).expect("as kept"), kept);
}

#[test]
fn an_array_that_is_cut_off_is_refused() {
    let cut = r#"{"numbers":"AAA=","floats":"AAA="}"#;
    let error = serde_json::from_str::<Kept>(cut).expect_err("five bytes are no floats");
    assert!(error.to_string().contains("cut off"), "{error}");
}
