"""The words that stories are filed under and plans define: columns, topics, audiences, documents."""
