//! A time as one number: nanoseconds since 1970, as far as 64 bits go (to the year 2262).

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(nanoseconds(*at))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Timestamp, D::Error> {
    let at = i64::deserialize(deserializer)?;
    Timestamp::from_nanosecond(at.into()).map_err(serde::de::Error::custom)
}

pub fn nanoseconds(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX)
}
