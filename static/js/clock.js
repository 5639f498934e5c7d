// Lets "5 min ago" grow older by itself. What is older than half a day moves with the calendar, not here.
{
  const [seconds, moment, minutes, hours] = document.body.dataset.ticking.split("|");
  const HALF_A_DAY = 12 * 3600;

  const ago = (passed, exactly) => {
    if (passed < 60) return exactly && passed > 1 ? seconds.replace("{n}", passed) : moment;
    if (passed < 3600) return minutes.replace("{n}", Math.floor(passed / 60));
    return hours.replace("{n}", Math.floor(passed / 3600));
  };

  const tick = () => {
    for (const time of document.querySelectorAll("time:not(.dated)")) {
      const passed = Math.max(Math.floor((Date.now() - Date.parse(time.dateTime)) / 1000), 0);
      const exactly = time.parentElement.id === "updated";
      if (passed >= HALF_A_DAY || !(exactly || time.closest("[data-item], .conversation, .head"))) continue;
      const text = ago(passed, exactly);
      if (time.textContent !== text) time.textContent = text;
    }
  };
  if (!document.hidden) tick();
  setInterval(() => document.hidden || tick(), 1000);
}
