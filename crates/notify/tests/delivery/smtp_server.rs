//! The least an SMTP server can be (RFC 5321), which refuses as told.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// One accepted mail: envelope and content.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) content: String,
}

pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    letters: Arc<Mutex<Vec<Letter>>>,
    _serving: JoinSet<()>,
}

impl SmtpServer {
    /// Starts it. A line that starts with one of the `refusals` gets the answer beside it.
    pub(crate) async fn start(refusals: Vec<(&'static str, &'static str)>) -> SmtpServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let letters = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&letters);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                talks.spawn(talk(socket, refusals.clone(), Arc::clone(&kept)));
            }
        });
        SmtpServer {
            port,
            letters,
            _serving: serving,
        }
    }

    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }
}

async fn talk(
    socket: TcpStream,
    refusals: Vec<(&'static str, &'static str)>,
    kept: Arc<Mutex<Vec<Letter>>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(socket);
    let mut to = String::new();
    stream.write_all(b"220 test.example.org ESMTP\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if let Some((_, answer)) = refusals.iter().find(|(start, _)| line.starts_with(start)) {
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            continue;
        }
        let answer = match line.split([' ', ':']).next().unwrap().trim() {
            "EHLO" => "250-test.example.org\r\n250 AUTH PLAIN",
            "RCPT" => {
                to = line.trim().to_owned();
                "250 ok"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let content = content(&mut stream).await?;
                kept.lock().unwrap().push(Letter {
                    to: to.clone(),
                    content,
                });
                "250 kept"
            }
            "AUTH" => "235 welcome",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

async fn content(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut content = String::new();
    while !content.ends_with("\r\n.\r\n") {
        if stream.read_line(&mut content).await? == 0 {
            break;
        }
    }
    Ok(content)
}
