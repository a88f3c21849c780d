//! Programs called lately in a block: they start as cheaply as cached ones.

use alloy_primitives::B256;

/// The code hashes called last in a block, the latest at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentPrograms(Vec<B256>);

impl RecentPrograms {
    /// Notes a call; true if the program is among the `capacity` latest already.
    pub(crate) fn touch(&mut self, code_hash: B256, capacity: usize) -> bool {
        let known = self.0.iter().position(|hash| *hash == code_hash);
        if let Some(index) = known {
            self.0.remove(index);
        } else if self.0.len() >= capacity {
            self.0.remove(0);
        }
        self.0.push(code_hash);
        known.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recent_program_is_forgotten() {
        let hash = B256::with_last_byte;
        let mut recent = RecentPrograms::default();
        assert!(!recent.touch(hash(1), 2));
        assert!(!recent.touch(hash(2), 2));
        assert!(recent.touch(hash(1), 2));
        assert!(!recent.touch(hash(3), 2));
        assert!(recent.touch(hash(1), 2));
        assert!(!recent.touch(hash(2), 2));
    }
}
