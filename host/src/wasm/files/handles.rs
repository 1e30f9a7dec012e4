//! What an attempt has open at the same time.

use std::any::{Any, TypeId};
use std::fs::File;
use std::sync::{Arc, Weak};

use wasmtime::component::{Resource, ResourceTable};

use super::super::network::Http;
use super::super::sandbox::Sandbox;
use crate::model::Cap;

/// What was opened and may have been closed since.
#[derive(Default)]
pub(in super::super) struct Handles(Vec<Handle>);

enum Handle {
    /// Open for as long as a descriptor or a stream has it.
    File(Weak<File>),
    /// Open for as long as it is in the table.
    Entry { index: u32, kind: TypeId },
}

impl Handle {
    fn is_open(&self, table: &mut ResourceTable) -> bool {
        match self {
            Self::File(file) => file.strong_count() > 0,
            Self::Entry { index, kind } => table
                .get_any_mut(*index)
                .is_ok_and(|entry| (*entry).type_id() == *kind),
        }
    }

    /// The table gives a place that is free again to the next.
    fn is_at(&self, place: u32) -> bool {
        matches!(self, Self::Entry { index, .. } if *index == place)
    }
}

impl Handles {
    /// Whether fewer than so many are open.
    pub(in super::super) fn has_room(&mut self, most: usize, table: &mut ResourceTable) -> bool {
        if self.0.len() >= most {
            self.0.retain(|handle| handle.is_open(table));
        }
        self.0.len() < most
    }

    pub(super) fn hold_file(&mut self, file: &Arc<File>) {
        self.0.push(Handle::File(Arc::downgrade(file)));
    }

    /// Counts whatever is in the table, a socket for instance.
    pub(in super::super) fn hold<T: Any>(&mut self, entry: &Resource<T>) {
        let index = entry.rep();
        self.0.retain(|handle| !handle.is_at(index));
        let kind = TypeId::of::<T>();
        self.0.push(Handle::Entry { index, kind });
    }
}

impl Sandbox {
    /// Requests have connections that are in no table.
    pub(in super::super) fn has_room_for_handles(&mut self) -> bool {
        let most = self.limits().size(Cap::OpenFiles);
        let left = most.saturating_sub(self.http.as_ref().map_or(0, Http::connections));
        self.handles.has_room(left, &mut self.table)
    }

    /// Whether the attempt may open one more file or socket; once open, that is for `handles` to hold.
    pub(in super::super) fn may_open(&mut self) -> bool {
        let may = self.has_room_for_handles();
        if !may {
            self.deny(self.limits().exceeded(Cap::OpenFiles).to_string());
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_makes_room() {
        let mut table = ResourceTable::new();
        let mut handles = Handles::default();
        let file = Arc::new(tempfile());
        handles.hold_file(&file);
        let entry = table.push("a socket").expect("room");
        handles.hold(&entry);
        assert!(!handles.has_room(2, &mut table));
        drop(file);
        assert!(handles.has_room(2, &mut table));
        assert!(!handles.has_room(1, &mut table));
        // Its place is taken by something else, which does not count.
        table.delete(entry).expect("it is there");
        let other = table.push(1).expect("room");
        assert!(handles.has_room(1, &mut table));
        handles.hold(&other);
        handles.hold(&other);
        assert!(handles.has_room(2, &mut table));
    }

    fn tempfile() -> File {
        File::open(std::env::current_exe().expect("known")).expect("readable")
    }
}
