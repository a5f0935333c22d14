"""What a landing zone is: the stack file's model, and the plan that decides every name, address and role from it."""
