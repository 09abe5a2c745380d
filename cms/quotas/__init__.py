"""What the plans ask for and how far each unit is: plan packs, counting, the quota board."""
