//! The detector's memory in parts, so that a turn stores what it changed and no more.

use super::Detector;
use countersign_model::id::CredentialId;
use serde::Serialize;

const CREDENTIAL: &str = "credential";
const PROVIDER: &str = "provider";

impl Detector {
    /// The parts that changed since the last call, by name, each as text for
    /// [`recall`](Self::recall); `None` is a part to forget.
    pub fn take_changed(&mut self) -> Vec<(String, Option<String>)> {
        let changed = std::mem::take(&mut self.changed);
        let (credentials, providers) = (&self.state.credentials, &self.state.providers);
        let tracks = changed.credentials.iter().map(|id| {
            let part = format!("{CREDENTIAL}/{id}");
            (part, credentials.get(id).map(text))
        });
        let platforms = changed.providers.iter().map(|id| {
            let part = format!("{PROVIDER}/{id}");
            (part, providers.get(id).map(text))
        });
        tracks.chain(platforms).collect()
    }

    /// Takes up one part; whether it is one of the detector's. What left the estate is let go.
    ///
    /// # Errors
    /// If the text is none of this version's.
    pub fn recall(&mut self, part: &str, text: &str) -> Result<bool, serde_json::Error> {
        match part.split_once('/') {
            Some((CREDENTIAL, id)) => {
                let track = serde_json::from_str(text)?;
                if let Ok(id) = id.parse::<CredentialId>()
                    && self.known.contains_key(&id)
                {
                    self.state.credentials.insert(id.clone(), track);
                    self.noted(&id);
                }
                Ok(true)
            }
            Some((PROVIDER, id)) => {
                let platform = serde_json::from_str(text)?;
                self.state.providers.insert(id.to_owned(), platform);
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("maps with text for keys, numbers and text")
}
