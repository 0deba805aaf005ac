//! Envelopes: read in whatever form clients send them, written in the provider's.

use super::fault::SoapFault;
use crate::platform::Platform;
use crate::request::Answer;
use countersign_etframework::xml::{Element, escape, read};
use countersign_etframework::{NAMESPACE, Node, Operation, find_operation, find_type};
use jiff::{SignedDuration, Timestamp};

/// How long an answer says that it is good for.
const ANSWER_LIVES: SignedDuration = SignedDuration::from_mins(5);
/// Longest id of a message that is sent back, characters.
const MESSAGE_ID_CHARS_MAX: usize = 100;

/// An envelope as it came. Header and body may stand in any order.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    /// The token of its header.
    pub(super) token: Option<String>,
    /// The id it gives itself.
    message_id: Option<String>,
    /// What it asks for; `None` if the body holds nothing known.
    pub(super) operation: Option<Operation>,
    /// What stands in the body, read by the tables.
    pub(super) request: Node,
}

impl Envelope {
    /// Reads a body.
    pub(super) fn read(bytes: &[u8]) -> Result<Envelope, SoapFault> {
        let root = read(bytes).map_err(|error| SoapFault::Unreadable(error.to_string()))?;
        if root.name != "Envelope" {
            return Err(SoapFault::Unreadable("it is no SOAP envelope".to_owned()));
        }
        let header = root.child("Header");
        let find = |name: &str| header.and_then(|header| header.child(name));
        let token = find("fueloauth").and_then(Element::first_text);
        let message_id = find("MessageID").and_then(Element::first_text);
        let message_id = message_id.filter(|id| id.len() <= MESSAGE_ID_CHARS_MAX);
        let asked = root.child("Body").and_then(|body| body.children.first());
        let operation = asked.and_then(|asked| find_operation(&asked.name));
        let kind = operation.and_then(|operation| find_type(operation.request));
        Ok(Envelope {
            token: token.map(str::to_owned),
            message_id: message_id.map(str::to_owned),
            operation,
            request: match (kind, asked) {
                (Some(kind), Some(asked)) => Node::decode(kind, asked),
                _ => Node::default(),
            },
        })
    }

    /// The operation, if the header `SOAPAction`, bare or in quotes, says the same; one that says
    /// nothing does no harm.
    pub(super) fn action(&self, told: Option<&str>) -> Result<Operation, SoapFault> {
        let told = told.unwrap_or_default().trim().trim_matches('"');
        let operation = self.operation.ok_or(SoapFault::NoAction)?;
        match told.is_empty() || told.eq_ignore_ascii_case(operation.name) {
            true => Ok(operation),
            false => Err(SoapFault::NoAction),
        }
    }
}

/// An answer to an envelope: `content` is what stands in its body.
pub(super) fn written(
    platform: &mut Platform,
    now: Timestamp,
    sent: &Result<Envelope, SoapFault>,
    action: &str,
    content: &str,
) -> String {
    let chance = &mut platform.world.chance;
    let (message_id, stamp_id) = (chance.guid(), chance.guid());
    let told = sent.as_ref().ok().and_then(|sent| sent.message_id.clone());
    let mut relates_to = String::new();
    match told {
        Some(told) => escape(&told, &mut relates_to),
        None => relates_to = format!("urn:uuid:{}", chance.guid()),
    }
    let second = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let created = second(now);
    let expires = second(now.checked_add(ANSWER_LIVES).unwrap_or(now));
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" \
         xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
         xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">\
         <soap:Header><wsa:Action>{action}</wsa:Action>\
         <wsa:MessageID>urn:uuid:{message_id}</wsa:MessageID>\
         <wsa:RelatesTo>{relates_to}</wsa:RelatesTo>\
         <wsa:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To>\
         <wsse:Security><wsu:Timestamp wsu:Id=\"Timestamp-{stamp_id}\">\
         <wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires>\
         </wsu:Timestamp></wsse:Security></soap:Header>\
         <soap:Body>{content}</soap:Body></soap:Envelope>"
    )
}

/// The answer that holds a message.
pub(super) fn answer(
    platform: &mut Platform,
    now: Timestamp,
    sent: &Result<Envelope, SoapFault>,
    operation: Operation,
    message: &Node,
) -> Answer {
    let name = operation.response;
    let kind = find_type(name).expect("every operation has its messages; a test looks");
    let mut content = format!("<{name} xmlns=\"{NAMESPACE}\">");
    message.encode(kind, &mut content);
    content.push_str("</");
    content.push_str(name);
    content.push('>');
    let action = format!("{}Response", operation.name);
    Answer::xml(200, written(platform, now, sent, &action, &content))
}
