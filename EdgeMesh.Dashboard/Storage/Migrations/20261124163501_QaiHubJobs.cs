using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace EdgeMesh.Dashboard.Storage.Migrations
{
    /// <inheritdoc />
    public partial class QaiHubJobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "QaiHubJobs",
                columns: table => new
                {
                    Host = table.Column<string>(type: "TEXT", nullable: false),
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAtMs = table.Column<long>(type: "INTEGER", nullable: false),
                    IsOver = table.Column<bool>(type: "INTEGER", nullable: false),
                    Job = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QaiHubJobs", x => new { x.Host, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "QaiHubModels",
                columns: table => new
                {
                    Host = table.Column<string>(type: "TEXT", nullable: false),
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    Inputs = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QaiHubModels", x => new { x.Host, x.Id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_QaiHubJobs_Host_CreatedAtMs",
                table: "QaiHubJobs",
                columns: new[] { "Host", "CreatedAtMs" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "QaiHubJobs");

            migrationBuilder.DropTable(
                name: "QaiHubModels");
        }
    }
}
