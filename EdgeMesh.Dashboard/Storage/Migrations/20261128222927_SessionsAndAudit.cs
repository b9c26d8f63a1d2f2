using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace EdgeMesh.Dashboard.Storage.Migrations
{
    /// <inheritdoc />
    public partial class SessionsAndAudit : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "ExpiresAtMs",
                table: "ApiKeys",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "May",
                table: "ApiKeys",
                type: "INTEGER",
                nullable: false,
                // Keys made before there were scopes could do everything.
                defaultValue: 4);

            migrationBuilder.CreateTable(
                name: "Audit",
                columns: table => new
                {
                    Sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    AtMs = table.Column<long>(type: "INTEGER", nullable: false),
                    Actor = table.Column<string>(type: "TEXT", nullable: false),
                    KeyId = table.Column<Guid>(type: "TEXT", nullable: true),
                    From = table.Column<string>(type: "TEXT", nullable: false),
                    Action = table.Column<string>(type: "TEXT", nullable: false),
                    Target = table.Column<string>(type: "TEXT", nullable: false),
                    Refusal = table.Column<string>(type: "TEXT", nullable: false),
                    Previous = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Hash = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Audit", x => x.Sequence);
                });

            migrationBuilder.CreateTable(
                name: "Sessions",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    KeyId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Origins = table.Column<byte[]>(type: "BLOB", nullable: false),
                    CreatedAtMs = table.Column<long>(type: "INTEGER", nullable: false),
                    LastSeenAtMs = table.Column<long>(type: "INTEGER", nullable: false),
                    Address = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Browser = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Sessions", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Audit_AtMs",
                table: "Audit",
                column: "AtMs");

            // Append-only: no line is changed, and none is deleted that is still to be kept.
            migrationBuilder.Sql("CREATE TRIGGER \"Audit_NoUpdate\" BEFORE UPDATE ON \"Audit\" BEGIN SELECT RAISE(ABORT, 'The audit log takes no changes.'); END;");
            migrationBuilder.Sql(
                "CREATE TRIGGER \"Audit_NoDelete\" BEFORE DELETE ON \"Audit\" WHEN OLD.\"Sequence\" > (SELECT MAX(\"Sequence\") FROM \"Audit\") - 100000 AND OLD.\"AtMs\" >= (CAST(strftime('%s', 'now') AS INTEGER) - 400 * 86400) * 1000 " +
                "BEGIN SELECT RAISE(ABORT, 'The audit log keeps this line.'); END;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Audit");

            migrationBuilder.DropTable(
                name: "Sessions");

            migrationBuilder.DropColumn(
                name: "ExpiresAtMs",
                table: "ApiKeys");

            migrationBuilder.DropColumn(
                name: "May",
                table: "ApiKeys");
        }
    }
}
