import { Icon, type IconName } from "@/components/Icon";
import type { Message } from "@/lib/types";

const ICONS: Record<Message["status"], IconName> = {
  sending: "clock",
  failed: "alert",
  sent: "check",
  delivered: "checks",
  read: "checks",
};

export function StatusTicks({ status }: { status: Message["status"] }) {
  return <Icon name={ICONS[status]} size={15} className={`ticks is-${status}`} />;
}
