import { Icon } from "@/components/Icon";
import { byteSize, fileExtension, hue } from "@/lib/format";
import type { Attachment } from "@/lib/types";

export function FileCard({ attachment }: { attachment: Attachment }) {
  const { fileName = "file", fileSize, fileUrl, mimeType = "unknown type" } = attachment;
  const extension = fileExtension(fileName);
  return (
    <div className="file-card">
      <div className="file-icon" style={{ color: `hsl(${hue(extension)} 55% 42%)` }}>
        <Icon name="file" size={34} />
        <span>{extension}</span>
      </div>
      <div className="file-text">
        <span className="file-name">{fileName}</span>
        <span className="file-meta">
          <span className="file-size">{byteSize(fileSize)}</span>
          <span className="file-type">{mimeType}</span>
        </span>
      </div>
      <a
        className="file-download"
        href={fileUrl}
        download={fileName}
        aria-label={`Download ${fileName}`}
      >
        <Icon name="download" size={18} />
      </a>
    </div>
  );
}
