"""Model of a landing zone: the stack file's keys, and the plan that decides every name, address and role from it."""
