use super::*;
use http_body_util::BodyExt;
use proptest::prelude::*;

const TOKEN: &str = "CANARY-CANARY-token";

async fn through(chunks: Vec<Vec<u8>>) -> Vec<u8> {
    let chunks = chunks
        .into_iter()
        .map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
    let body = Body::from_stream(futures::stream::iter(chunks));
    let blotted = blotted(body, TokenBytes::from(TOKEN.to_owned()));
    let whole = blotted.collect().await.expect("it does not break");
    whole.to_bytes().to_vec()
}

fn cut(text: &str, sizes: &[usize]) -> Vec<Vec<u8>> {
    let (mut chunks, mut rest, mut sizes) = (Vec::new(), text.as_bytes(), sizes.iter().cycle());
    while !rest.is_empty() {
        let (chunk, left) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
        chunks.push(chunk.to_vec());
        rest = left;
    }
    chunks
}

proptest! {
    #[test]
    fn however_it_is_cut_no_token_passes_and_all_else_does(
        sizes in proptest::collection::vec(1_usize..40, 1..8),
        words in proptest::collection::vec(
            prop_oneof![Just(TOKEN), Just("CANARY-"), Just("x"), Just("CANARY-CANARY-toke")],
            0..20,
        ),
    ) {
        let text = words.concat();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let left = runtime.block_on(through(cut(&text, &sizes)));
        let expected = text.replace(TOKEN, &"*".repeat(TOKEN.len()));
        prop_assert_eq!(String::from_utf8(left).unwrap(), expected);
    }
}

#[test]
fn a_header_that_repeats_the_token_is_taken_out() {
    let mut headers = HeaderMap::new();
    headers.insert("x-echo", format!("Bearer {TOKEN}").parse().unwrap());
    headers.insert("x-kept", "CANARY".parse().unwrap());
    unheard(&mut headers, &TokenBytes::from(TOKEN.to_owned()));
    assert!(headers.len() == 1 && headers.contains_key("x-kept"));
}
