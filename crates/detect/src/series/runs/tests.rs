use super::ZeroRuns;

fn after(runs: &[(usize, u32, u32)]) -> ZeroRuns {
    let mut zero_runs = ZeroRuns::new();
    for (cell, n, zeros) in runs {
        (0..*n).for_each(|run| zero_runs.learn(*cell, run < *zeros));
    }
    zero_runs
}

#[test]
fn the_first_zero_run_is_news_where_twenty_moved_something() {
    assert!(!after(&[(6, 19, 0)]).is_news(6, 5.0));
    assert!(after(&[(6, 20, 0)]).is_news(6, 5.0));
    assert!(!after(&[(6, 20, 0)]).is_news(7, 90.0), "another hour");
}

#[test]
fn an_hour_that_moves_hardly_anything_may_move_nothing() {
    assert!(!after(&[(6, 40, 0)]).is_news(6, 4.9));
}

#[test]
fn an_hour_that_moves_nothing_now_and_then_is_no_news() {
    assert!(!after(&[(6, 20, 1)]).is_news(6, 5.0));
    assert!(after(&[(6, 60, 1)]).is_news(6, 5.0));
}

#[test]
fn an_hour_with_few_runs_borrows_from_the_job_where_the_run_itself_is_surprising() {
    assert!(!after(&[(6, 20, 0)]).is_news(30, 90.0));
    assert!(!after(&[(6, 20, 0), (30, 3, 0)]).is_news(30, 90.0));
    assert!(after(&[(6, 20, 0), (30, 4, 0)]).is_news(30, 8.0));
    assert!(!after(&[(6, 20, 0), (30, 4, 0)]).is_news(30, 7.9));
    let once = after(&[(6, 200, 0), (30, 8, 1)]);
    assert!(!once.is_news(30, 90.0), "it moved nothing once");
}

#[test]
fn a_count_that_is_full_keeps_its_share() {
    let mut zero_runs = after(&[(6, 70_000, 0)]);
    assert!(zero_runs.is_news(6, 5.0));
    zero_runs.learn(6, true);
    assert!(zero_runs.is_news(6, 5.0));
}
