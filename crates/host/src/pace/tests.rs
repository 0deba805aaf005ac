use super::*;
use futures::StreamExt;
use http_body_util::BodyExt;

const PACE: Pace = Pace {
    silence: Duration::from_millis(300),
    bytes_per_s_min: 1_000,
};

/// A body that sends `n_bytes` each `every`, `times` often.
fn dripping(n_bytes: usize, every: Duration, times: usize) -> Body {
    let drops = futures::stream::iter(0..times).then(move |_| async move {
        tokio::time::sleep(every).await;
        Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; n_bytes]))
    });
    Body::from_stream(drops)
}

/// How many bytes came, or whether it was too slow.
async fn whole(body: Body) -> Result<usize, bool> {
    let read = paced(body, PACE).collect().await;
    read.map(|whole| whole.to_bytes().len())
        .map_err(|error| TooSlow::is_behind(&error))
}

#[tokio::test]
async fn silence_ends_a_body() {
    let never = futures::stream::pending::<Result<Bytes, std::io::Error>>();
    assert_eq!(whole(Body::from_stream(never)).await, Err(true));
}

#[tokio::test]
async fn a_trickle_ends_although_it_is_never_silent_for_long() {
    let every = Duration::from_millis(10);
    assert_eq!(whole(dripping(1, every, usize::MAX)).await, Err(true));
}

#[tokio::test]
async fn a_body_that_keeps_the_pace_arrives_however_long_it_takes() {
    let begun = Instant::now();
    let every = Duration::from_millis(5);
    assert_eq!(whole(dripping(200, every, 100)).await, Ok(20_000));
    assert!(begun.elapsed() > PACE.silence);
}

#[tokio::test]
async fn what_a_slow_reader_takes_is_not_held_against_the_sender() {
    let mut body = paced(dripping(1, Duration::ZERO, 3), PACE);
    let mut n_frames = 0;
    while let Some(frame) = body.frame().await {
        assert!(frame.is_ok());
        n_frames += 1;
        tokio::time::sleep(PACE.silence).await;
    }
    assert_eq!(n_frames, 3);
}

#[tokio::test]
async fn a_swift_beginning_buys_no_long_silence() {
    let hour = Bytes::from(vec![0; 3_600_000]);
    let swift = futures::stream::iter([Ok::<_, std::io::Error>(hour)]);
    let body = Body::from_stream(swift.chain(futures::stream::pending()));
    let ended = tokio::time::timeout(Duration::from_secs(60), whole(body)).await;
    assert_eq!(ended, Ok(Err(true)));
}

#[tokio::test]
async fn a_body_that_breaks_off_did_not_come_too_slowly() {
    let broken = futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]);
    assert_eq!(whole(Body::from_stream(broken)).await, Err(false));
}
