// Line icons on a 24 by 24 grid.

const PATHS = {
  alert: "M12 3 2 20h20L12 3Zm0 6v5m0 3v.5",
  back: "M15 5l-7 7 7 7",
  check: "M5 13l4 4 10-11",
  checks: "M2 13l4 4 9-11M11 16l1 1 9-11",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5l3 2",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M8 8h11v12H8V8Zm-3 8V4h11",
  download: "M12 4v11m-5-4 5 5 5-5M5 20h14",
  file: "M6 3h8l5 5v13H6V3Zm8 0v5h5",
  image: "M4 5h16v14H4V5Zm0 11 5-5 4 4 3-3 4 4M15 9h.5",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v6m0-10v.5",
  leave: "M10 4H5v16h5m5-4 4-4-4-4m4 4H9",
  lock: "M6 11h12v9H6v-9Zm2 0V8a4 4 0 0 1 8 0v3",
  menu: "M4 7h16M4 12h16M4 17h16",
  paperclip: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.500 8.500a2 2 0 0 1-3-3L14 7",
  phone:
    "M5 4h4l2 5-2.500 1.500a12 12 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2Z",
  play: "M8 5l11 7-11 7V5Z",
  reply: "M9 6 4 11l5 5M4 11h9a7 7 0 0 1 7 7v1",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 4.500 4.500",
  send: "M4 12 20 4l-5 16-3.500-6.500L4 12Z",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8 14a5 5 0 0 0 8 0M9 9.500h.5M15 9.500h.5",
} as const;

export type IconName = keyof typeof PATHS;

interface IconProps {
  name: IconName;
  size?: number;
  className?: string;
}

export function Icon({ name, size = 20, className = "" }: IconProps) {
  return (
    <svg
      className={`icon ${className}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** A button that shows nothing but an icon. */
export function IconButton({
  icon,
  label,
  onClick,
  className = "",
}: {
  icon: IconName;
  label: string;
  onClick?: () => void;
  className?: string;
}) {
  return (
    <button
      type="button"
      className={`icon-button ${className}`}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
