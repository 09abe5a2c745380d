"""What every resource of the API is made with: access, values, errors, the table of endpoints and its document."""
