use super::*;

/// Feeds pieces as they become readable; gives the lines, the numbers of those passed, and the rest.
fn check(pieces: &[&[u8]], is_over: bool) -> (Vec<(u64, u64, String)>, Vec<u64>, TailFile) {
    let mut file = TailFile::default();
    let (mut lines, mut passed) = (Vec::new(), Vec::new());
    let mut whole = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        whole.extend_from_slice(piece);
        let from = usize::try_from(file.offset).unwrap();
        let to = whole.len().min(from + CHUNK_BYTES);
        let buffer = &whole[from..to];
        let is_last = number + 1 == pieces.len();
        let cut = cut(&mut file, buffer, is_over && is_last);
        passed.extend(cut.too_long);
        for one in cut.lines {
            let text = String::from_utf8_lossy(&buffer[one.bytes]).into_owned();
            lines.push((one.number, one.offset, text));
        }
    }
    (lines, passed, file)
}

fn line(number: u64, offset: u64, text: &str) -> (u64, u64, String) {
    (number, offset, text.to_owned())
}

#[test]
fn a_line_waits_for_its_end() {
    let (lines, _, file) = check(&[b"one\ntw", b"o\nthr"], false);
    assert_eq!(lines, [line(1, 0, "one"), line(2, 4, "two")]);
    assert_eq!((file.offset, file.lines), (8, 2));
}

#[test]
fn what_stands_at_the_end_of_a_file_that_is_over_is_a_line() {
    let (lines, _, file) = check(&[b"one\nthr"], true);
    assert_eq!(lines, [line(1, 0, "one"), line(2, 4, "thr")]);
    assert_eq!(file.offset, 7);
}

#[test]
fn blank_lines_are_numbered_too() {
    let (lines, ..) = check(&[b"\r\n\nx\n"], false);
    assert_eq!(lines, [line(1, 0, "\r"), line(2, 2, ""), line(3, 3, "x")]);
}

#[test]
fn a_line_longer_than_any_buffer_is_passed_and_told_once() {
    let giant = vec![b'x'; CHUNK_BYTES];
    let pieces: [&[u8]; 4] = [b"one\n", &giant, &giant, b"x\nthree\n"];
    let (lines, passed, file) = check(&pieces, false);
    let third = 4 + 2 * CHUNK_BYTES as u64 + 2;
    assert_eq!(lines, [line(1, 0, "one"), line(3, third, "three")]);
    assert_eq!(passed, [2]);
    assert_eq!((file.lines, file.skips), (3, false));
}

#[test]
fn the_hole_before_what_a_program_writes_on_after_truncation_is_no_line() {
    let hole = vec![0; CHUNK_BYTES];
    let pieces: [&[u8]; 3] = [&hole, &hole[..100], b"one\n"];
    let (lines, passed, file) = check(&pieces, false);
    assert_eq!(lines, [line(1, CHUNK_BYTES as u64 + 100, "one")]);
    assert_eq!((passed.len(), file.lines), (0, 1));
}
