use super::*;

fn run(token: &str) -> RunFile {
    RunFile {
        pid: std::process::id(),
        dashboard: None,
        broker: None,
        sim: None,
        sim_control: None,
        token: token.to_owned(),
    }
}

#[test]
fn the_end_of_a_run_removes_its_own_file_and_no_other_of_the_same_process_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mine, theirs) = (run("CANARY-mine"), run("CANARY-theirs"));
    mine.write(folder.path()).expect("written");
    theirs.write(folder.path()).expect("written");
    mine.remove(folder.path());
    let found = RunFile::read(folder.path()).expect("it is still there");
    assert_eq!(found.token, theirs.token);
    theirs.remove(folder.path());
    assert!(RunFile::read(folder.path()).is_none());
}
