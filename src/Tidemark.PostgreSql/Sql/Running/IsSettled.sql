SELECT settled.key FROM tidemark.settled JOIN tidemark.stream ON stream.id = settled.stream
WHERE stream.job = $1 AND stream.name = $2 AND settled.key = ANY($3::text[])
