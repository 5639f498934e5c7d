// A picture that can't be loaded gives way to the initials beneath it.
{
  const broken = (picture) => picture.complete && picture.naturalWidth === 0;
  listen("error", ({ target }) => target.matches?.(".avatar img") && target.remove(), true);
  pickAll(".avatar img").forEach((picture) => broken(picture) && picture.remove());
}
