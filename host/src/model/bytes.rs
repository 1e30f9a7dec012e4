//! Bytes: in JSON text where they are UTF-8, and numbers where they are not.

use std::fmt;

use bytes::Bytes;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserializer, Serialize, Serializer};

pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) if serializer.is_human_readable() => text.serialize(serializer),
        _ => serializer.serialize_bytes(bytes),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    deserializer.deserialize_any(AnyBytes)
}

struct AnyBytes;

impl<'de> Visitor<'de> for AnyBytes {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes, text or a list of bytes")
    }

    fn visit_str<E>(self, text: &str) -> Result<Bytes, E> {
        Ok(Bytes::copy_from_slice(text.as_bytes()))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes::copy_from_slice(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Bytes, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = numbers.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Value;

    #[track_caller]
    fn check(bytes: &'static [u8], json: &str) {
        let value = Value::Bytes(bytes.into());
        assert_eq!(serde_json::to_string(&value).expect("JSON"), json);
        let read: Value = serde_json::from_str(json).expect("a value");
        assert_eq!(read, value);
    }

    #[test]
    fn bytes_come_back_as_they_were() {
        check(b"a\n\"", r#"{"bytes":"a\n\""}"#);
        check(&[0xff, 0], r#"{"bytes":[255,0]}"#);
    }
}
