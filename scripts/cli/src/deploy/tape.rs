//! What a server is asked and what it answers, taken down as JSON lines and answered from again.
//!
//! A line has the method, the parameters, and the result or the error as the server gave it. Long bytes in parameters, a
//! program's code most of all, are kept by their hash: they are compared, and never sent again. Nothing says where the server
//! was: its URL may hold a key.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use alloy_primitives::{hex, keccak256};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::DeploymentError;

/// Longer bytes are kept by their hash.
const WHOLE_BYTES: usize = 1_024;

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// As asked.
    Result(Value),
    /// Code, message and data.
    Error(Value),
}

/// A question with its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    method: String,
    params: Value,
    #[serde(flatten)]
    answer: Answer,
}

/// Takes down.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    file: Mutex<File>,
}

impl Recording {
    /// Begins a file, in the place of an older one.
    /// # Errors: [`DeploymentError::File`]
    pub fn begin(path: &Path) -> Result<Self, DeploymentError> {
        let file = File::create(path).map_err(|cause| DeploymentError::File { path: path.to_owned(), cause })?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file) })
    }

    /// Takes down a question and its answer.
    /// # Errors: [`DeploymentError::File`]
    pub fn note(&self, method: &str, params: &Value, answer: &Answer) -> Result<(), DeploymentError> {
        let line = Line { method: method.to_owned(), params: abridged(params), answer: answer.clone() };
        let fail = |cause| DeploymentError::File { path: self.path.clone(), cause };
        let text = serde_json::to_string(&line).map_err(|error| fail(error.into()))?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(file, "{text}").map_err(fail)
    }
}

/// Answers from what was taken down.
#[derive(Debug)]
pub struct Playback {
    path: PathBuf,
    answers: Mutex<BTreeMap<(String, String), VecDeque<Answer>>>,
}

impl Playback {
    /// Reads a recording.
    /// # Errors: [`DeploymentError::File`], [`DeploymentError::Format`]
    pub fn read(path: &Path) -> Result<Self, DeploymentError> {
        let text = fs::read_to_string(path);
        let text = text.map_err(|cause| DeploymentError::File { path: path.to_owned(), cause })?;
        let mut answers = BTreeMap::<_, VecDeque<_>>::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = serde_json::from_str::<Line>(line).map_err(|error| DeploymentError::Format {
                path: path.to_owned(),
                problem: format!("line {number}: {error}"),
            })?;
            answers.entry((line.method, line.params.to_string())).or_default().push_back(line.answer);
        }
        Ok(Self { path: path.to_owned(), answers: Mutex::new(answers) })
    }

    /// What was answered to the same method with the same parameters: in order, if it was asked more than once, and the last
    /// of it from then on.
    /// # Errors: [`DeploymentError::NotRecorded`]
    pub fn answer(&self, method: &str, params: &Value) -> Result<Answer, DeploymentError> {
        let params = abridged(params).to_string();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let left = answers.get_mut(&(method.to_owned(), params.clone()));
        let next = left.and_then(|left| if left.len() > 1 { left.pop_front() } else { left.front().cloned() });
        next.ok_or_else(|| DeploymentError::NotRecorded { path: self.path.clone(), method: method.to_owned(), params })
    }
}

/// Parameters with the hash of long bytes in their place.
fn abridged(params: &Value) -> Value {
    match params {
        Value::String(text) => Value::String(hash_of_long(text).unwrap_or_else(|| text.clone())),
        Value::Array(items) => items.iter().map(abridged).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), abridged(value))).collect(),
        other => other.clone(),
    }
}

fn hash_of_long(text: &str) -> Option<String> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() > 2 * WHOLE_BYTES)?;
    let bytes = hex::decode(digits).ok()?;
    Some(format!("{} bytes, keccak-256 {}", bytes.len(), keccak256(bytes)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(lines: &[(&str, Value, Answer)]) -> (tempfile::TempDir, Playback) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recording.jsonl");
        let recording = Recording::begin(&path).unwrap();
        for (method, params, answer) in lines {
            recording.note(method, params, answer).unwrap();
        }
        let playback = Playback::read(&path).unwrap();
        (folder, playback)
    }

    #[test]
    fn what_was_asked_is_answered_in_order_and_the_last_from_then_on() {
        let [one, two] = ["0x1", "0x2"].map(|answer| Answer::Result(json!(answer)));
        let refused = Answer::Error(json!({ "code": 3, "message": "execution reverted", "data": "0x1234" }));
        let lines = [
            ("eth_gasPrice", json!([]), one.clone()),
            ("eth_call", json!([{ "to": "0xaa" }, "latest"]), refused.clone()),
            ("eth_gasPrice", json!([]), two.clone()),
        ];
        let (_folder, playback) = taken(&lines);
        let price = || playback.answer("eth_gasPrice", &json!([])).unwrap();
        assert_eq!([price(), price(), price()], [one, two.clone(), two]);
        assert_eq!(playback.answer("eth_call", &json!([{ "to": "0xaa" }, "latest"])).unwrap(), refused);
    }

    #[test]
    fn what_was_not_asked_is_refused_by_name() {
        let (_folder, playback) = taken(&[("eth_chainId", json!([]), Answer::Result(json!("0x1")))]);
        for (method, params) in [("eth_chainId", json!(["latest"])), ("eth_blockNumber", json!([]))] {
            let error = playback.answer(method, &params).unwrap_err();
            let asked = params.to_string();
            assert!(
                matches!(&error, DeploymentError::NotRecorded { method: told, params: with, .. }
                    if told == method && *with == asked),
                "{error}"
            );
        }
    }

    #[test]
    fn long_bytes_are_kept_by_their_hash_and_told_apart() {
        let code = |byte: u8| hex::encode_prefixed(vec![byte; WHOLE_BYTES + 1]);
        let asked = |byte: u8| json!([{ "code": code(byte) }]);
        let (folder, playback) = taken(&[("eth_call", asked(1), Answer::Result(json!("0x")))]);
        let text = fs::read_to_string(folder.path().join("recording.jsonl")).unwrap();
        assert!(text.len() < WHOLE_BYTES && text.contains("1025 bytes"), "{text}");
        playback.answer("eth_call", &asked(1)).unwrap();
        assert!(matches!(playback.answer("eth_call", &asked(2)), Err(DeploymentError::NotRecorded { .. })));
    }

    #[test]
    fn a_damaged_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recording.jsonl");
        fs::write(&path, "{\"method\":\"a\",\"params\":[],\"result\":1}\n{\"method\":\"a\"}\n").unwrap();
        let error = Playback::read(&path).unwrap_err();
        assert!(matches!(&error, DeploymentError::Format { problem, .. } if problem.starts_with("line 2")), "{error}");
    }
}
