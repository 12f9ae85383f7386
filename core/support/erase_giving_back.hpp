// Tables that are large for a while and empty mostly.
#pragma once

namespace spfblock {

/// Erases what stands at `key`.  Where that was the last, the table gives back
/// its memory, which erase() of a hash table does not.
/// @param key must not lie in the table
template <class Table>
void erase_giving_back(Table& from, const typename Table::key_type& key) {
  from.erase(key);
  if (from.empty())
    from = Table();
}

} // namespace spfblock
