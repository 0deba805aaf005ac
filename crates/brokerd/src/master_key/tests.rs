use super::*;

fn file(source: &Path) -> MasterKeySource {
    MasterKeySource {
        file: Some(source.to_owned()),
        ..MasterKeySource::default()
    }
}

async fn words(source: &MasterKeySource) -> String {
    master_key(source).await.err().expect("no key").to_string()
}

#[tokio::test]
async fn a_file_and_a_command_give_the_same_key() {
    let folder = std::env::temp_dir().join(format!("countersign-key-{}", std::process::id()));
    std::fs::write(
        &folder,
        format!("{}\n", *new_master_key(&Entropy::default()).1),
    )
    .expect("written");
    let from_file = master_key(&file(&folder)).await.expect("a key").to_base64();
    let command = Some(format!("cat {}", folder.display()));
    let source = MasterKeySource {
        command,
        ..MasterKeySource::default()
    };
    assert_eq!(
        *master_key(&source).await.expect("a key").to_base64(),
        *from_file
    );
    std::fs::remove_file(&folder).expect("removed");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_never_echoed() {
    let command = |text: &str| MasterKeySource {
        command: Some(text.to_owned()),
        ..MasterKeySource::default()
    };
    assert!(
        words(&command("printf CANARY"))
            .await
            .contains("master_key_command")
    );
    assert!(
        !words(&command("printf CANARY-CANARY="))
            .await
            .contains("CANARY")
    );
    assert!(words(&command("exit 3")).await.contains("exit status: 3"));
    assert!(words(&command("printf ''")).await.contains("missing"));
    assert!(
        words(&file(Path::new("/nowhere/key")))
            .await
            .contains("/nowhere/key")
    );
    assert!(words(&MasterKeySource::default()).await.contains(VARIABLE));
}
