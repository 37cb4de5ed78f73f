//! Which ghost batches a kernel writes, and what each is made from.

use crate::ghosts::Lists;

/// A table of jobs: a ghost batch that is written, and the ghost batches that are summed into it.
///
/// On the device it is a list of `u32`: for job `j`, entry `3j` is the ghost batch written, and the
/// ghost batches read are the entries from `[3j + 1]` to before `[3j + 2]`, which stand behind the
/// jobs.
pub(super) struct Jobs {
    /// The table.
    pub table: Vec<u32>,
    /// Number of jobs.
    pub count: usize,
}

impl Jobs {
    /// Of jobs `(to, from)`.
    fn new(jobs: &[(u32, Vec<u32>)]) -> Self {
        let count = jobs.len();
        let mut table = Vec::with_capacity(4 * count);
        let mut at = 3 * count as u32;
        for (to, from) in jobs {
            let end = at + from.len() as u32;
            table.extend([*to, at, end]);
            at = end;
        }
        table.extend(jobs.iter().flat_map(|(_, from)| from));
        Self { table, count }
    }

    /// For a result: ghost batch `write[i]` from `read[i]`.
    pub fn of_result(lists: &Lists) -> Self {
        let pairs = lists.write.iter().zip(&lists.read);
        Self::new(&pairs.map(|(&to, &from)| (to, vec![from])).collect::<Vec<_>>())
    }

    /// For the gradient of an input: every ghost batch that is read is the sum of those it was
    /// written to, in the order of the lists. Those that are not read are jobs without anything to
    /// sum, whose gradient is zero; with `add` they are left out.
    pub fn of_input(groups_of_x: usize, lists: &Lists, add: bool) -> Self {
        let mut jobs: Vec<(u32, Vec<u32>)> = (0..groups_of_x as u32).map(|to| (to, Vec::new())).collect();
        for (&read, &write) in lists.read.iter().zip(&lists.write) {
            jobs[read as usize].1.push(write);
        }
        if add {
            jobs.retain(|(_, from)| !from.is_empty());
        }
        Self::new(&jobs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_has_a_job_per_pair() {
        let jobs = Jobs::of_result(&Lists { read: vec![2, 0], write: vec![1, 3] });
        assert_eq!((jobs.count, jobs.table), (2, vec![1, 6, 7, 3, 7, 8, 2, 0]));
    }

    #[test]
    fn an_input_has_a_job_per_ghost_batch_or_per_one_that_is_read() {
        let lists = Lists { read: vec![1, 1], write: vec![0, 2] };
        let jobs = Jobs::of_input(2, &lists, false);
        assert_eq!((jobs.count, jobs.table), (2, vec![0, 6, 6, 1, 6, 8, 0, 2]));
        let jobs = Jobs::of_input(2, &lists, true);
        assert_eq!((jobs.count, jobs.table), (1, vec![1, 3, 5, 0, 2]));
    }
}
